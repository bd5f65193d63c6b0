package com.example.plugin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A list that is read again when its file changes. */
final class BanFile {
    private static final System.Logger LOG = System.getLogger(BanFile.class.getName());

    private final Path path;
    private Version version;
    private String fault = "";
    private volatile BanList list;

    /** Time and length of the file, which distinguish its states without reading it. */
    private record Version(FileTime modified, long length) {
        static Version of(Path path) throws IOException {
            BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
            return new Version(file.lastModifiedTime(), file.size());
        }
    }

    private BanFile(Path path) throws IOException {
        this.path = path;
        this.version = Version.of(path);
        this.list = BanList.parse(Files.readString(path));
    }

    /** Reads the file, and checks it each second. The process can end while the file is checked. */
    static BanFile open(Path path) throws IOException {
        BanFile file = new BanFile(path);
        Executors.newSingleThreadScheduledExecutor(task -> {
                    Thread thread = new Thread(task, "bans");
                    thread.setDaemon(true);
                    return thread;
                })
                .scheduleWithFixedDelay(file::reload, 1, 1, TimeUnit.SECONDS);
        return file;
    }

    /** Returns the list as it was last read. */
    BanList list() {
        return list;
    }

    /** Reads the file if it changed. If it cannot be read, the list stays, and the log has the reason once. */
    synchronized void reload() {
        try {
            Version current = Version.of(path);
            if (!current.equals(version)) {
                list = BanList.parse(Files.readString(path));
                version = current;
            }
            fault = "";
        } catch (IOException | RuntimeException error) {
            // Any exception that leaves this method ends the checks of the file.
            if (!error.toString().equals(fault)) {
                LOG.log(System.Logger.Level.WARNING, "the ban list is unchanged: {0}", error.toString());
            }
            fault = error.toString();
        }
    }
}
