package com.example.plugin;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.LogManager;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BanFileTest {
    /** The failures here are wanted, so their lines only disturb. */
    @BeforeAll
    static void turnLogOff() {
        LogManager.getLogManager().reset();
    }

    @Test
    void theFileIsReadAgainWhenItChangedAndTheListStaysWhileItCannotBeRead(@TempDir Path folder) throws IOException {
        Path path = folder.resolve("bans.txt");
        assertThrows(IOException.class, () -> BanFile.open(path));
        Files.writeString(path, "a");
        BanFile file = BanFile.open(path);
        assertTrue(file.list().find("b").isEmpty());

        Files.writeString(path, "a\nb");
        file.reload();
        assertTrue(file.list().find("b").isPresent());

        Files.write(path, new byte[] {(byte) 0xff, (byte) 0xfe});
        file.reload();
        assertTrue(file.list().find("b").isPresent());

        Files.writeString(path, "\uFEFFb\nc");
        file.reload();
        assertTrue(file.list().find("b").isPresent());

        Files.delete(path);
        file.reload();
        assertTrue(file.list().find("b").isPresent());
    }
}
