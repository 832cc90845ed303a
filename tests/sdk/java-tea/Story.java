// Every method of com.aliyun:fc20230330, by address and by the real names through the proxy, as the story tells
// (../python/story.py says what a step is); and the code of each documented error.
//
// The rows are the methods that the client's class declares; xWithOptions is what x calls, and counts with it. A method that no
// step drives fails.

import com.aliyun.fc20230330.Client;
import com.aliyun.fc20230330.models.ChangeResourceGroupRequest;
import com.aliyun.fc20230330.models.InvokeFunctionRequest;
import com.aliyun.tea.TeaException;
import com.aliyun.tea.TeaModel;
import com.aliyun.teaopenapi.models.Config;
import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

public class Story {
    private static final String CLIENT = "fc20230330 (Java)";
    private static final String NAME = "16530750.cn-shanghai.fc.aliyuncs.com";
    private static final String[][] WAYS = {
        {"by address", "http", "127.0.0.1:" + System.getenv("FCEMU_PORT")},
        {"by name", "http", NAME},
        {"by name over HTTPS", "https", NAME},
    };
    private static final Pattern WHOLE = Pattern.compile("^\\$\\{(\\w+)\\}$"), PART = Pattern.compile("\\$\\{(\\w+)\\}");

    private final Client client;
    private final Map<String, Object> saved = new HashMap<>();
    private final Map<String, String> wrong = new HashMap<>(), refused = new HashMap<>(), why = new HashMap<>(), done = new HashMap<>();

    private Story(String protocol, String endpoint) throws Exception {
        client = new Client(new Config().setAccessKeyId("LTAI-test").setAccessKeySecret("secret").setRegionId("cn-shanghai").setProtocol(protocol).setEndpoint(endpoint));
        saved.put("zip", Base64.getEncoder().encodeToString(Files.readAllBytes(Path.of("../hello.zip"))));
        saved.put("checksum", "3624581664231229518");
    }

    /** This client spells the names of one operation with a small letter that others spell with a capital one. */
    private static String small(String name) {
        return Character.toLowerCase(name.charAt(0)) + name.substring(1);
    }

    /** JSON as the models take it, with what was saved filled in. */
    private Object fill(JsonElement value) {
        if (value.isJsonNull()) {
            return null;
        }
        if (value.isJsonObject()) {
            Map<String, Object> filled = new LinkedHashMap<>();
            value.getAsJsonObject().entrySet().forEach(each -> filled.put(each.getKey(), fill(each.getValue())));
            return filled;
        }
        if (value.isJsonArray()) {
            List<Object> filled = new ArrayList<>();
            value.getAsJsonArray().forEach(each -> filled.add(fill(each)));
            return filled;
        }
        JsonPrimitive plain = value.getAsJsonPrimitive();
        if (plain.isBoolean()) {
            return plain.getAsBoolean();
        }
        if (plain.isNumber()) {
            double number = plain.getAsDouble();
            return number == Math.rint(number) ? (Object) (int) number : (Object) (float) number;
        }
        Matcher name = WHOLE.matcher(plain.getAsString());
        return name.matches() ? saved.get(name.group(1)) : PART.matcher(plain.getAsString()).replaceAll(found -> String.valueOf(saved.get(found.group(1))));
    }

    private static String differs(Object got, Object want, boolean inPart, String path) {
        if (want instanceof Map) {
            for (Map.Entry<?, ?> each : ((Map<?, ?>) want).entrySet()) {
                Map<?, ?> members = got instanceof Map ? (Map<?, ?>) got : Map.of();
                String name = members.containsKey(each.getKey()) ? (String) each.getKey() : small((String) each.getKey());
                Object member = members.get(name);
                String found = differs(member, each.getValue(), inPart, path + "/" + each.getKey());
                if (found != null) {
                    return found;
                }
            }
            return null;
        }
        if (want instanceof List) {
            return listDiffers(got instanceof List ? (List<?>) got : List.of(), (List<?>) want, inPart, path);
        }
        if (want == null) { // a member that is not there
            return got == null ? null : path + " is " + got + ", not absent";
        }
        if (want instanceof String && ((String) want).startsWith("~")) {
            return Pattern.compile(((String) want).substring(1)).matcher(String.valueOf(got)).find() ? null : path + " is " + got;
        }
        boolean same = want instanceof Number && got instanceof Number ? ((Number) want).doubleValue() == ((Number) got).doubleValue() : want.equals(got);
        return same ? null : path + " is " + got + ", not " + want;
    }

    private static String listDiffers(List<?> got, List<?> want, boolean inPart, String path) {
        if (inPart) {
            for (Object item : want) {
                if (got.stream().allMatch(each -> differs(each, item, true, path) != null)) {
                    return path + " lacks " + item;
                }
            }
            return null;
        }
        if (got.size() != want.size()) {
            return path + " is " + got + ", not " + want;
        }
        for (int at = 0; at < want.size(); at++) {
            String found = differs(got.get(at), want.get(at), false, path + "/" + at);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    @SuppressWarnings("unchecked")
    private Object request(Class<?> kind, JsonObject fields) throws ReflectiveOperationException {
        Map<String, Object> filled = (Map<String, Object>) fill(fields);
        if (filled.get("body") instanceof String) {
            InputStream event = new ByteArrayInputStream(((String) filled.remove("body")).getBytes(StandardCharsets.UTF_8));
            return ((InvokeFunctionRequest) TeaModel.toModel(filled, (TeaModel) kind.getConstructor().newInstance())).setBody(event);
        }
        if (kind == ChangeResourceGroupRequest.class) {
            Map<String, Object> body = new LinkedHashMap<>();
            ((Map<String, Object>) filled.get("body")).forEach((name, item) -> body.put(small(name), item));
            filled.put("body", body);
        }
        return TeaModel.toModel(filled, (TeaModel) kind.getConstructor().newInstance());
    }

    private TeaModel call(Method method, JsonObject step) throws Throwable {
        List<Object> arguments = new ArrayList<>();
        JsonArray named = step.has("args") ? step.getAsJsonArray("args") : new JsonArray();
        named.forEach(each -> arguments.add(String.valueOf(fill(each))));
        if (step.has("request")) {
            arguments.add(request(method.getParameterTypes()[arguments.size()], step.getAsJsonObject("request")));
        }
        try {
            return (TeaModel) method.invoke(client, arguments.toArray());
        } catch (InvocationTargetException wrapped) {
            throw wrapped.getCause();
        }
    }

    /** What is wrong with a step, or null. */
    private String judge(Method method, JsonObject step) throws Throwable {
        String due = step.has("error") ? step.get("error").getAsString() : null;
        TeaModel answer;
        try {
            answer = call(method, step);
        } catch (TeaException error) {
            return error.getCode() != null && error.getCode().equals(due) ? null : error.toString();
        }
        if (due != null) {
            return "no error, " + due + " was due";
        }
        int status = (Integer) answer.getClass().getField("statusCode").get(answer);
        if (step.has("status") && status != step.get("status").getAsInt()) {
            return "status " + status;
        }
        return judgeBody(answer, step);
    }

    private String judgeBody(TeaModel answer, JsonObject step) throws ReflectiveOperationException, IOException {
        boolean hasBody = List.of(answer.getClass().getFields()).stream().anyMatch(each -> each.getName().equals("body"));
        Object body = hasBody ? answer.getClass().getField("body").get(answer) : null;
        if (step.has("text")) {
            String text = new String(((InputStream) body).readAllBytes(), StandardCharsets.UTF_8);
            return text.equals(step.get("text").getAsString()) ? null : "body " + text;
        }
        Map<String, Object> tree = body instanceof TeaModel ? ((TeaModel) body).toMap() : Map.of();
        if (step.has("save")) {
            step.getAsJsonObject("save").entrySet().forEach(each -> saved.put(each.getKey(), tree.get(each.getValue().getAsString())));
        }
        String found = step.has("want") ? differs(tree, fill(step.get("want")), false, "") : null;
        return found == null && step.has("contains") ? differs(tree, fill(step.get("contains")), true, "") : found;
    }

    private static Map<String, Method> methods() {
        Map<String, Method> own = new TreeMap<>();
        for (Method method : Client.class.getDeclaredMethods()) {
            if (Modifier.isPublic(method.getModifiers()) && !method.getName().endsWith("WithOptions") && !method.getName().equals("getEndpoint")) {
                own.put(method.getName(), method);
            }
        }
        return own;
    }

    private void play() throws Throwable {
        for (JsonElement each : JsonParser.parseString(Files.readString(Path.of("../stories/2023-03-30.json"))).getAsJsonArray()) {
            JsonObject step = each.getAsJsonObject();
            String name = step.get("call").getAsString();
            Method method = methods().get(name);
            if (method == null) {
                continue; // it is in the client of another language
            }
            String found = judge(method, step);
            if (found != null) {
                wrong.putIfAbsent(name, (step.has("args") ? step.get("args") : "[]") + ": " + found.split("\n")[0]);
            }
            (step.has("error") ? refused : done).put(name, step.has("error") ? step.get("error").getAsString() : "ok");
            if (step.has("why")) {
                why.put(name, step.get("why").getAsString());
            }
        }
    }

    private static void note(String method, String result, String why) throws IOException {
        Map<String, String> row = new LinkedHashMap<>();
        row.put("client", CLIENT);
        row.put("method", method);
        row.put("result", result);
        row.put("note", why);
        Files.writeString(Path.of(System.getenv("FCEMU_RESULTS")), new Gson().toJson(row) + "\n", StandardOpenOption.APPEND);
    }

    private void noteMethods(String way) throws IOException {
        for (String name : methods().keySet()) {
            String told = done.containsKey(name) ? "ok" : refused.containsKey(name) ? "expected " + refused.get(name) : "no story tells of it";
            note(name + " " + way, wrong.getOrDefault(name, told), why.getOrDefault(name, ""));
        }
    }

    private void noteCodes(String way) throws Throwable {
        for (String code : JsonParser.parseString(System.getenv("FCEMU_DOCUMENTED")).getAsJsonObject().keySet()) {
            JsonObject step = JsonParser.parseString(String.format("{args: ['raise-%s'], request: {body: 'event'}, error: '%s'}", code, code)).getAsJsonObject();
            String found = judge(methods().get("invokeFunction"), step);
            note("invokeFunction " + way + ": " + code, found == null ? "ok" : found, "");
        }
    }

    public static void main(String[] arguments) throws Throwable {
        for (String[] way : WAYS) {
            Story story = new Story(way[1], way[2]);
            story.play();
            story.noteMethods(way[0]);
            story.noteCodes(way[0]);
        }
        System.exit(0); // the client's connection threads would keep the process alive
    }
}
