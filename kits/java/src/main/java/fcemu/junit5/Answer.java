package fcemu.junit5;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a stub gives: {@code Answer.json(Map.of("paid", true)).status(201)}. */
public final class Answer {
    private final Map<String, Object> respond = new LinkedHashMap<>();
    private final Map<String, String> headers = new LinkedHashMap<>();
    final Map<String, Object> match = new LinkedHashMap<>();

    private Answer() {
        respond.put("status", 200);
        respond.put("headers", headers);
    }

    /** 200 and nothing more. */
    public static Answer empty() {
        return new Answer();
    }

    public static Answer body(byte[] body) {
        Answer answer = new Answer();
        answer.respond.put("body_base64", Base64.getEncoder().encodeToString(body));
        return answer;
    }

    public static Answer text(String body) {
        return body(body.getBytes(StandardCharsets.UTF_8));
    }

    /** A map, a list or another value as JSON. */
    public static Answer json(Object value) {
        return text(Daemon.GSON.toJson(value)).header("content-type", "application/json");
    }

    public Answer status(int status) {
        respond.put("status", status);
        return this;
    }

    public Answer header(String name, String value) {
        headers.put(name, value);
        return this;
    }

    /** A further key of the rule's match. */
    public Answer match(String key, Object value) {
        match.put(key, value);
        return this;
    }

    Map<String, Object> outcome() {
        return Map.of("respond", respond);
    }
}
