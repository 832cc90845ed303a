package fcemu.junit5;

import java.util.LinkedHashMap;
import java.util.Map;

/** Which calls a fault strikes: {@code Strike.function("pay").times(2)}. */
public final class Strike {
    final Map<String, Object> match = new LinkedHashMap<>();
    private final Map<String, Object> when = new LinkedHashMap<>();
    private final Map<String, Object> rule = new LinkedHashMap<>();

    private Strike() {
    }

    /** Every call of the account. */
    public static Strike all() {
        return new Strike();
    }

    public static Strike function(String function) {
        return all().match("function", function);
    }

    public static Strike operation(String operation) {
        return all().match("operation", operation);
    }

    /** A further key of the rule's match. */
    public Strike match(String key, Object value) {
        match.put(key, value);
        return this;
    }

    /** The first so many. */
    public Strike times(int times) {
        return when("calls", Map.of("first", times));
    }

    /** A gate of the rule. */
    public Strike when(String gate, Object value) {
        when.put(gate, value);
        return this;
    }

    /** What else a rule may hold: id, ttl, priority, limit. */
    public Strike rule(String key, Object value) {
        rule.put(key, value);
        return this;
    }

    Map<String, Object> rule() {
        Map<String, Object> whole = new LinkedHashMap<>(rule);
        if (!when.isEmpty()) {
            whole.put("when", when);
        }
        return whole;
    }
}
