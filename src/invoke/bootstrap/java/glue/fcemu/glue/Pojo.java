package fcemu.glue;

import com.aliyun.fc.runtime.PojoRequestHandler;
import fcemu.Json;
import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Objects of the user's classes out of JSON and into it: by setters and getters, else by fields that are public. */
final class Pojo {
    private Pojo() {}

    // ---- what a handler takes ----

    /** I of PojoRequestHandler&lt;I, O&gt;, wherever in its ancestry the class says it. */
    static Type inputOf(Class<?> handler) {
        for (Class<?> type = handler; type != null; type = type.getSuperclass()) {
            for (Type face : type.getGenericInterfaces()) {
                if (!(face instanceof ParameterizedType)) continue;
                ParameterizedType with = (ParameterizedType) face;
                if (with.getRawType() == PojoRequestHandler.class && !(with.getActualTypeArguments()[0] instanceof TypeVariable))
                    return with.getActualTypeArguments()[0];
            }
        }
        for (Method method : handler.getMethods()) {
            if (method.getName().equals("handleRequest") && !method.isBridge() && method.getParameterCount() == 2)
                return method.getGenericParameterTypes()[0];
        }
        return Object.class;
    }

    static Object read(byte[] event, Type type) throws ReflectiveOperationException {
        if (event.length == 0) return null;
        String text = new String(event, StandardCharsets.UTF_8);
        if (type == String.class) return text.startsWith("\"") ? String.valueOf(Json.parse(text)) : text;
        return convert(Json.parse(text), type);
    }

    // ---- in ----

    private static Class<?> raw(Type type) {
        if (type instanceof Class) return (Class<?>) type;
        if (type instanceof ParameterizedType) return (Class<?>) ((ParameterizedType) type).getRawType();
        return Object.class;
    }

    private static Type argument(Type type, int at) {
        return type instanceof ParameterizedType ? ((ParameterizedType) type).getActualTypeArguments()[at] : Object.class;
    }

    private static Object number(Number value, Class<?> type) {
        if (type == int.class || type == Integer.class) return value.intValue();
        if (type == long.class || type == Long.class) return value.longValue();
        if (type == double.class || type == Double.class) return value.doubleValue();
        if (type == float.class || type == Float.class) return value.floatValue();
        if (type == short.class || type == Short.class) return value.shortValue();
        if (type == byte.class || type == Byte.class) return value.byteValue();
        if (type == java.math.BigDecimal.class) return new java.math.BigDecimal(value.toString());
        if (type == java.math.BigInteger.class) return new java.math.BigDecimal(value.toString()).toBigInteger();
        if (type == Object.class || type == Number.class) return value;
        throw new IllegalArgumentException("a number is no " + type.getName());
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Object convert(Object value, Type type) throws ReflectiveOperationException {
        Class<?> wanted = raw(type);
        if (value == null) return null;
        if (value instanceof Number && wanted != String.class) return number((Number) value, wanted);
        if (wanted == String.class || wanted == CharSequence.class) return value instanceof String ? value : Json.print(value);
        if (value instanceof Boolean) return value;
        if (value instanceof String) return wanted.isEnum() ? Enum.valueOf((Class<Enum>) wanted, (String) value) : value;
        if (value instanceof List) return list((List<?>) value, type, wanted);
        if (wanted.isAssignableFrom(LinkedHashMap.class)) {
            Map<String, Object> map = new LinkedHashMap<>();
            for (Map.Entry<String, Object> pair : Json.object(value).entrySet()) map.put(pair.getKey(), convert(pair.getValue(), argument(type, 1)));
            return map;
        }
        return bean(Json.object(value), wanted);
    }

    private static Object list(List<?> items, Type type, Class<?> wanted) throws ReflectiveOperationException {
        if (wanted.isArray()) {
            Object array = Array.newInstance(wanted.getComponentType(), items.size());
            for (int i = 0; i < items.size(); i++) Array.set(array, i, convert(items.get(i), wanted.getComponentType()));
            return array;
        }
        Collection<Object> all = wanted.isAssignableFrom(HashSet.class) && wanted != Object.class && wanted != Collection.class
            ? new HashSet<>() : new ArrayList<>();
        for (Object item : items) all.add(convert(item, argument(type, 0)));
        return all;
    }

    /** Members that the class does not know are left out. */
    private static Object bean(Map<String, Object> members, Class<?> type) throws ReflectiveOperationException {
        Object made = type.getDeclaredConstructor().newInstance();
        for (Map.Entry<String, Object> member : members.entrySet()) set(made, type, member.getKey(), member.getValue());
        return made;
    }

    private static void set(Object made, Class<?> type, String name, Object value) throws ReflectiveOperationException {
        String setter = "set" + (name.isEmpty() ? "" : Character.toUpperCase(name.charAt(0)) + name.substring(1));
        for (Method method : type.getMethods()) {
            if (method.getName().equals(setter) && method.getParameterCount() == 1) {
                method.setAccessible(true);
                method.invoke(made, convert(value, method.getGenericParameterTypes()[0]));
                return;
            }
        }
        for (Field field : type.getFields()) {
            if (field.getName().equals(name) && !Modifier.isFinal(field.getModifiers())) field.set(made, convert(value, field.getGenericType()));
        }
    }

    // ---- out ----

    static Object plain(Object value) throws ReflectiveOperationException {
        if (value == null || value instanceof Number || value instanceof Boolean || value instanceof CharSequence || value instanceof Character)
            return value;
        if (value instanceof Enum) return ((Enum<?>) value).name();
        if (value instanceof Map) {
            Map<String, Object> map = new LinkedHashMap<>();
            for (Map.Entry<?, ?> pair : ((Map<?, ?>) value).entrySet()) map.put(String.valueOf(pair.getKey()), plain(pair.getValue()));
            return map;
        }
        if (value instanceof Iterable || value.getClass().isArray()) return plainItems(value);
        return members(value);
    }

    private static List<Object> plainItems(Object value) throws ReflectiveOperationException {
        List<Object> all = new ArrayList<>();
        if (value instanceof Iterable) {
            for (Object item : (Iterable<?>) value) all.add(plain(item));
        } else {
            for (int i = 0; i < Array.getLength(value); i++) all.add(plain(Array.get(value, i)));
        }
        return all;
    }

    private static String property(Method method) {
        String name = method.getName();
        if (method.getParameterCount() != 0 || Modifier.isStatic(method.getModifiers()) || name.equals("getClass")) return null;
        int from = name.startsWith("get") ? 3 : name.startsWith("is") && method.getReturnType() == boolean.class ? 2 : 0;
        return from == 0 || name.length() == from ? null : Character.toLowerCase(name.charAt(from)) + name.substring(from + 1);
    }

    private static Map<String, Object> members(Object value) throws ReflectiveOperationException {
        Map<String, Object> map = new java.util.TreeMap<>();
        Set<String> seen = new HashSet<>();
        for (Method method : value.getClass().getMethods()) {
            String name = property(method);
            if (name == null || !seen.add(name)) continue;
            method.setAccessible(true);
            try {
                map.put(name, plain(method.invoke(value)));
            } catch (InvocationTargetException e) {
                throw new IllegalArgumentException("the result's '" + name + "' cannot be read: " + e.getCause(), e.getCause());
            }
        }
        for (Field field : value.getClass().getFields()) {
            if (!Modifier.isStatic(field.getModifiers()) && seen.add(field.getName())) map.put(field.getName(), plain(field.get(value)));
        }
        return map;
    }
}
