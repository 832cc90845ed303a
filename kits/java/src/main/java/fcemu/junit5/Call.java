package fcemu.junit5;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A call as the journal shows it. */
public final class Call {
    private static final int CLOCK_FROM = "2006-01-02T".length(), CLOCK_TO = "2006-01-02T15:04:05.000".length();

    private final JsonObject all;

    Call(JsonObject all) {
        this.all = all;
    }

    /** Each of its fields. */
    public JsonObject all() {
        return all.deepCopy();
    }

    /** A field as text; "" when it is null or not there. */
    public String get(String field) {
        return text(all, field);
    }

    public int status() {
        return number("status");
    }

    /** Of the error; "" for none. */
    public String code() {
        return get("code");
    }

    public String operation() {
        return get("operation");
    }

    public String function() {
        return get("function");
    }

    /** The rule that struck it; "" for none. */
    public String rule() {
        return get("rule");
    }

    public String region() {
        return get("region");
    }

    /** Position in its retry chain. */
    public int attempt() {
        return number("attempt");
    }

    private int number(String field) {
        JsonElement value = all.get(field);
        return value == null || value.isJsonNull() ? 0 : value.getAsInt();
    }

    static String text(JsonObject object, String field) {
        JsonElement value = object.get(field);
        return value == null || value.isJsonNull() ? "" : value.isJsonPrimitive() ? value.getAsString() : value.toString();
    }

    /** A line for a report. */
    @Override
    public String toString() {
        String target = String.join("/", present(get("service"), function()));
        String name = String.join(" ", present(operation().isEmpty() ? get("method") + " " + get("path") : operation(), target));
        String ends = ((status() == 0 ? "no answer" : status()) + " " + code()).strip();
        String outcome = get("outcome");
        List<String> notes = present(outcome.equals("delivered") ? "" : outcome, rule().isEmpty() ? "" : "rule " + rule(),
            attempt() > 1 ? "attempt " + attempt() : "", get("near_miss"));
        String time = get("time");
        double duration = all.has("duration_ms") ? all.get("duration_ms").getAsDouble() : 0;
        return String.format(Locale.ROOT, "%s  %s -> %s, %.1f ms%s", time.length() < CLOCK_TO ? time : time.substring(CLOCK_FROM, CLOCK_TO), name, ends,
            duration, notes.isEmpty() ? "" : "  (" + String.join(", ", notes) + ")");
    }

    private static List<String> present(String... texts) {
        List<String> found = new ArrayList<>();
        for (String text : texts) {
            if (!text.isEmpty()) {
                found.add(text);
            }
        }
        return found;
    }
}
