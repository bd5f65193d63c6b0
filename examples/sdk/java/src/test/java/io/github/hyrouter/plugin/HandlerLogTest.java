package io.github.hyrouter.plugin;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class HandlerLogTest {
    @Test
    void aNameCannotForgeALineOrAColor() {
        String text = HandlerLog.printable(new IllegalStateException("a\nSEVERE: b\u001b[31m\u2028c\u202e"));
        String first = "java.lang.IllegalStateException: a\n    SEVERE: b\\u{1b}[31m\\u{2028}c\\u{202e}\n    \tat ";
        assertEquals(first, text.substring(0, first.length()));
    }

    @Test
    void aLongTextIsCut() {
        assertTrue(HandlerLog.printable(new IllegalStateException("x".repeat(1_000_000))).length() < 10_000);
    }
}
