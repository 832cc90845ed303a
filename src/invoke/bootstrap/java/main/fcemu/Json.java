package fcemu;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** JSON to maps, lists, strings, numbers and back. */
public final class Json {
    private static final int DEPTH_MAX = 200;

    private final String text;
    private int at;
    private int depth;

    private Json(String text) {
        this.text = text;
    }

    public static Object parse(byte[] bytes, int from, int count) {
        return parse(new String(bytes, from, count, StandardCharsets.UTF_8));
    }

    public static Object parse(String text) {
        Json json = new Json(text);
        Object value = json.value();
        json.blanks();
        if (json.at != text.length()) throw json.wrong();
        return value;
    }

    private IllegalArgumentException wrong() {
        return new IllegalArgumentException("no JSON: character " + (at + 1) + " of " + text.length());
    }

    private void blanks() {
        while (at < text.length() && " \t\r\n".indexOf(text.charAt(at)) >= 0) at++;
    }

    private char peek() {
        blanks();
        if (at >= text.length()) throw wrong();
        return text.charAt(at);
    }

    private void want(char c) {
        if (peek() != c) throw wrong();
        at++;
    }

    private boolean took(String word) {
        if (!text.startsWith(word, at)) return false;
        at += word.length();
        return true;
    }

    private Object value() {
        char c = peek();
        if (++depth > DEPTH_MAX) throw wrong();
        Object value;
        if (c == '{') value = members();
        else if (c == '[') value = items();
        else if (c == '"') value = string();
        else if (took("true")) value = true;
        else if (took("false")) value = false;
        else if (took("null")) value = null;
        else value = number();
        depth--;
        return value;
    }

    private Map<String, Object> members() {
        Map<String, Object> map = new LinkedHashMap<>();
        want('{');
        if (peek() == '}') {
            at++;
            return map;
        }
        for (;;) {
            peek();
            String name = string();
            want(':');
            map.put(name, value());
            if (peek() == ',') at++;
            else break;
        }
        want('}');
        return map;
    }

    private List<Object> items() {
        List<Object> list = new ArrayList<>();
        want('[');
        if (peek() == ']') {
            at++;
            return list;
        }
        for (;;) {
            list.add(value());
            if (peek() == ',') at++;
            else break;
        }
        want(']');
        return list;
    }

    private String string() {
        StringBuilder out = new StringBuilder();
        want('"');
        for (;;) {
            if (at >= text.length()) throw wrong();
            char c = text.charAt(at++);
            if (c == '"') return out.toString();
            out.append(c == '\\' ? escaped() : c);
        }
    }

    private char escaped() {
        if (at >= text.length()) throw wrong();
        char c = text.charAt(at++);
        int known = "\"\\/bfnrt".indexOf(c);
        if (known >= 0) return "\"\\/\b\f\n\r\t".charAt(known);
        if (c != 'u' || at + 4 > text.length()) throw wrong();
        at += 4;
        return (char) Integer.parseInt(text.substring(at - 4, at), 16);
    }

    private Object number() {
        int from = at;
        while (at < text.length() && "+-.0123456789eE".indexOf(text.charAt(at)) >= 0) at++;
        String digits = text.substring(from, at);
        try {
            if (digits.matches("-?\\d{1,18}")) return Long.valueOf(digits);
            if (digits.matches("-?\\d+")) return new java.math.BigInteger(digits);
            return Double.valueOf(digits);
        } catch (NumberFormatException e) {
            throw wrong();
        }
    }

    // ---- members ----

    @SuppressWarnings("unchecked")
    public static Map<String, Object> object(Object value) {
        return value instanceof Map ? (Map<String, Object>) value : Collections.emptyMap();
    }

    public static String text(Map<String, Object> map, String name) {
        Object value = map.get(name);
        return value == null ? "" : value.toString();
    }

    public static int integer(Map<String, Object> map, String name, int fallback) {
        Object value = map.get(name);
        return value instanceof Number ? ((Number) value).intValue() : fallback;
    }

    // ---- printing ----

    public static String print(Object value) {
        StringBuilder out = new StringBuilder();
        print(value, out);
        return out.toString();
    }

    private static void print(Object value, StringBuilder out) {
        if (value == null || value instanceof Boolean || value instanceof Number) out.append(value);
        else if (value instanceof Map) printMap((Map<?, ?>) value, out);
        else if (value instanceof Iterable) printList((Iterable<?>) value, out);
        else printString(value.toString(), out);
    }

    private static void printMap(Map<?, ?> map, StringBuilder out) {
        String before = "{";
        if (map.isEmpty()) out.append('{');
        for (Map.Entry<?, ?> entry : map.entrySet()) {
            out.append(before);
            printString(String.valueOf(entry.getKey()), out);
            out.append(':');
            print(entry.getValue(), out);
            before = ",";
        }
        out.append('}');
    }

    private static void printList(Iterable<?> list, StringBuilder out) {
        String before = "";
        out.append('[');
        for (Object item : list) {
            out.append(before);
            print(item, out);
            before = ",";
        }
        out.append(']');
    }

    private static void printString(String text, StringBuilder out) {
        out.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int known = "\"\\\b\f\n\r\t".indexOf(c);
            if (known >= 0) out.append('\\').append("\"\\bfnrt".charAt(known));
            else if (c < ' ') out.append(String.format("\\u%04x", (int) c));
            else out.append(c);
        }
        out.append('"');
    }
}
