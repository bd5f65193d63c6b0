#!/bin/sh
# Becomes a program of an image, in namespaces of its own: enter.sh IMAGE CONFIG USER PROGRAM [ARGUMENT...]
# Nothing of the image can be written, CONFIG is its /etc/hyrouter, and an empty USER is whoever runs this.
set -eu
image=$1 config=$2 user=$3
shift 3
mount --bind "$image" "$image"
mount --bind "$config" "$image/etc/hyrouter"
mount -o remount,bind,ro "$image"
if [ -z "$user" ]; then
    exec chroot "$image" "$@"
fi
exec chroot --userspec="$user" "$image" "$@"
