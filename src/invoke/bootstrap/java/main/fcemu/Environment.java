package fcemu;

import java.lang.reflect.Field;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;

/** Variables that come after the start: a virtual machine that was started in reserve has none of a function yet. */
final class Environment {
    private Environment() {}

    static void add(Map<String, Object> variables) throws ReflectiveOperationException {
        Map<String, String> all = new HashMap<>(System.getenv());

        if (variables.isEmpty()) return;
        variables.forEach((name, value) -> all.put(name, String.valueOf(value)));
        // What System.getenv(name) asks and what System.getenv() gives out are one map.
        Class<?> environment = Class.forName("java.lang.ProcessEnvironment");
        Field shown = environment.getDeclaredField("theUnmodifiableEnvironment");
        shown.setAccessible(true);
        Object view = shown.get(null);
        Field inner = Class.forName("java.util.Collections$UnmodifiableMap").getDeclaredField("m");
        inner.setAccessible(true);
        inner.set(view, Collections.unmodifiableMap(all));
        // Children get another one, by bytes.
        Field given = environment.getDeclaredField("theEnvironment");
        given.setAccessible(true);
        @SuppressWarnings("unchecked")
        Map<Object, Object> bytes = (Map<Object, Object>) given.get(null);
        Class<?> variable = Class.forName("java.lang.ProcessEnvironment$Variable");
        Class<?> value = Class.forName("java.lang.ProcessEnvironment$Value");
        java.lang.reflect.Method toVariable = variable.getDeclaredMethod("valueOf", String.class);
        java.lang.reflect.Method toValue = value.getDeclaredMethod("valueOf", String.class);
        toVariable.setAccessible(true);
        toValue.setAccessible(true);
        for (Map.Entry<String, Object> pair : variables.entrySet())
            bytes.put(toVariable.invoke(null, pair.getKey()), toValue.invoke(null, String.valueOf(pair.getValue())));
    }
}
