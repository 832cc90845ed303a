package fcemu.junit5;

import java.util.LinkedHashMap;
import java.util.Map;

/** What {@link Cloud#deploy} makes of code: {@code Function.of("python3.10", "index.handler").member("timeout", 7)}. */
public final class Function {
    final Map<String, Object> members = new LinkedHashMap<>();
    String service = "";

    private Function() {
    }

    public static Function of(String runtime, String handler) {
        return new Function().member("runtime", runtime).member("handler", handler);
    }

    /** A function of 2021-04-06 in this service; without, one of 2023-03-30. */
    public Function service(String name) {
        service = name;
        return this;
    }

    /** A further member of the request: timeout, memorySize, environmentVariables. */
    public Function member(String name, Object value) {
        members.put(name, value);
        return this;
    }
}
