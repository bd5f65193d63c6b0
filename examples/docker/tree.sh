#!/bin/sh
# Lays out the files of the image: tree.sh BINARY FOLDER
#
# FOLDER is the build context of the Dockerfile. It needs ldd, and the package ca-certificates on the machine that runs
# it. The image owns everything as root. User 65532, as which the router runs, can write to /tmp and to
# /var/cache/hyrouter only.
set -eu

binary=$1
image=$2
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
root=$here/../..

umask 022
rm -rf "$image"
mkdir -p "$image"
for folder in etc/hyrouter etc/ssl/certs usr/bin usr/share/doc/hyrouter var/cache/hyrouter; do
    mkdir -p "$image/$folder"
done
mkdir "$image/tmp"
# `wasm.cache_dir` is a folder in /var/cache/hyrouter. With a read-only root a volume is mounted there, and an engine
# gives a new volume the mode of this folder. Its owner cannot be set: COPY makes root the owner of everything.
chmod 1777 "$image/tmp" "$image/var/cache/hyrouter"

install -m 0755 "$binary" "$image/usr/bin/hyrouter"
# Remove the debug information of a binary from `cargo build`. A released binary has none.
if command -v strip >/dev/null; then
    strip "$image/usr/bin/hyrouter"
fi

# The loader and the C library, at the paths in the binary. A static binary needs none.
libraries=$(ldd "$binary" 2>/dev/null | grep -o '/[^ )]*' || true)
for library in $libraries; do
    mkdir -p "$image$(dirname "$library")"
    # `cp -L`: the file itself, whatever links lead to it.
    cp -L "$library" "$image$library"
    chmod 0755 "$image$library"
done
for package in libc6 libgcc-s1; do
    if [ -f "/usr/share/doc/$package/copyright" ]; then
        mkdir -p "$image/usr/share/doc/$package"
        cp -L "/usr/share/doc/$package/copyright" "$image/usr/share/doc/$package/copyright"
    fi
done

cp -L /etc/ssl/certs/ca-certificates.crt "$image/etc/ssl/certs/ca-certificates.crt"
printf '%s\n' 'root:x:0:0:root:/:/sbin/nologin' 'hyrouter:x:65532:65532:hyrouter:/:/sbin/nologin' \
    > "$image/etc/passwd"
printf '%s\n' 'root:x:0:' 'hyrouter:x:65532:' > "$image/etc/group"
# Resolve names with /etc/hosts, then DNS.
printf '%s\n' 'hosts: files dns' > "$image/etc/nsswitch.conf"

for license in LICENSE-APACHE LICENSE-MIT; do
    install -m 0644 "$root/$license" "$image/usr/share/doc/hyrouter/$license"
done
install -m 0644 "$here/config.yaml" "$image/usr/share/doc/hyrouter/config.yaml"
find "$image/etc" "$image/usr/share" -type f -exec chmod 0644 {} +
if [ "$(id -u)" = 0 ]; then
    chown -R 0:0 "$image"
fi
