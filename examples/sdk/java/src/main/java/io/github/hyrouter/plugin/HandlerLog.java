package io.github.hyrouter.plugin;

import java.io.PrintWriter;
import java.io.StringWriter;

/** The plugin's own log of exceptions. */
final class HandlerLog {
    private static final System.Logger LOG = System.getLogger("io.github.hyrouter.plugin");

    /** Maximum length of an exception with its stack, in UTF-16 units. */
    private static final int MAX_LENGTH = 8192;

    private HandlerLog() {}

    static void failed(Throwable error) {
        LOG.log(System.Logger.Level.ERROR, "the handler failed: {0}", printable(error));
    }

    /** Returns the exception with its stack. A player's name could forge lines or colors of a terminal. */
    static String printable(Throwable error) {
        StringWriter text = new StringWriter();
        error.printStackTrace(new PrintWriter(text, true));
        StringBuilder printable = new StringBuilder();
        text.toString().codePoints().limit(MAX_LENGTH).forEach(character -> {
            if (character == '\n') {
                printable.append("\n    ");
            } else if (character == '\t' || !isInvisible(character)) {
                printable.appendCodePoint(character);
            } else {
                printable.append(String.format("\\u{%x}", character));
            }
        });
        return printable.toString();
    }

    private static boolean isInvisible(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> true;
            default -> false;
        };
    }
}
