package fcemu.junit5;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * An account of a daemon, which no other test uses. All that is done with it meets calls of this account alone, and is undone behind the
 * test. What the daemon refuses is a {@link FcemuException}.
 */
public final class Cloud {
    private static final String RULE_TTL = "24h"; // a rule ends with its test; the guard's half an hour would be a surprise at a breakpoint
    private static final int STUB_PRIORITY = -1; // faults strike before canned answers
    private static final int STORY_CALLS = 50;

    private final Daemon daemon;
    private final boolean own;
    private final String account;
    private final String region;
    private final AtomicInteger rules = new AtomicInteger();
    private final Map<String, String[]> undo = new LinkedHashMap<>(); // what reset() asks besides

    Cloud(Daemon daemon, boolean own, String region) {
        this.daemon = daemon;
        this.own = own;
        this.account = daemon.account();
        this.region = region;
    }

    // ---- where it is ----

    public String account() {
        return account;
    }

    public String region() {
        return region;
    }

    /** Of the daemon: its API, its control side, and a proxy for the service's real names. */
    public String url() {
        return daemon.url;
    }

    /** HOST:PORT/@REGION/ACCOUNT, the endpoint of official clients. */
    public String endpoint() {
        return daemon.url.substring(daemon.url.indexOf("://") + "://".length()) + "/@" + region + "/" + account;
    }

    /** The name that the real service would have. */
    public String host() {
        return account + "." + region + ".fc.aliyuncs.com";
    }

    /** Certificate of the daemon's authority; "" for a daemon that was there before. */
    public String ca() {
        return daemon.ca;
    }

    /** Variables that lead clients of a program that the test starts, by their real names. */
    public Map<String, String> env() {
        return daemon.env;
    }

    // ---- rules ----

    private Rule add(String kind, Map<String, Object> given, Map<String, Object> match, Object outcome) {
        Map<String, Object> rule = new LinkedHashMap<>(Map.of("ttl", RULE_TTL, "id", kind + "-" + account + "-" + rules.incrementAndGet()));
        Map<String, Object> scoped = new LinkedHashMap<>(match);
        scoped.put("account", account);
        rule.putAll(given);
        rule.put("match", scoped);
        rule.put("do", outcome);
        daemon.ask("POST", "/_fcemu/faults/rules", rule);
        return new Rule(daemon, String.valueOf(rule.get("id")));
    }

    /** Answer calls of a function without running anything. */
    public Rule stub(String function, Answer answer) {
        Map<String, Object> match = new LinkedHashMap<>(Map.of("operation", "InvokeFunction", "function", function));
        match.putAll(answer.match);
        return add("stub", Map.of("priority", STUB_PRIORITY), match, answer.outcome());
    }

    /** Strike calls by a documented code. */
    public Rule fault(String code, Strike strike) {
        return fault(Map.of("error", code), strike);
    }

    /** Strike calls by what {@code do} of a rule can say: {@code Map.of("reset", Map.of("at", "headers"))}. */
    public Rule fault(Map<String, ?> outcome, Strike strike) {
        return add("fault", strike.rule(), strike.match, outcome);
    }

    // ---- what happened ----

    /** Calls of this account, oldest first; filters as the control side has them, in pairs: "status", "5xx", "function", "pay". */
    public List<Call> calls(String... filters) {
        StringBuilder query = new StringBuilder("/_fcemu/requests?account=" + account);
        for (int i = 0; i + 1 < filters.length; i += 2) {
            query.append('&').append(encode(filters[i])).append('=').append(encode(filters[i + 1]));
        }
        List<Call> calls = new ArrayList<>();
        for (JsonElement each : daemon.ask("GET", query.toString(), null).getAsJsonObject().getAsJsonArray("requests")) {
            calls.add(new Call(each.getAsJsonObject()));
        }
        return calls;
    }

    private static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /** The last calls of this account, a line each. */
    public List<String> story() {
        List<String> lines = new ArrayList<>();
        for (Call call : calls("limit", String.valueOf(STORY_CALLS))) {
            lines.add("  " + call);
        }
        return lines.isEmpty() ? List.of("  no call came for account " + account + " in " + region) : lines;
    }

    /**
     * Judge the calls of this account by assertions: {@code Map.of("calls", Map.of("match", Map.of("function", "pay"), "eq", 3))}. Fails with
     * AssertionError, also when nothing happened that could be judged.
     */
    public void verify(Map<String, ? extends Map<String, ?>> assertions) {
        verify(assertions, Duration.ZERO);
    }

    /** Look again until then. */
    public void verify(Map<String, ? extends Map<String, ?>> assertions, Duration within) {
        List<Object> asked = new ArrayList<>();
        assertions.forEach((name, terms) -> asked.add(Map.of(name, scope(terms))));
        Map<String, Object> document = new LinkedHashMap<>(Map.of("assert", asked));
        if (!within.isZero()) {
            document.put("within", within.toMillis() + "ms");
        }
        JsonObject told = daemon.ask("POST", "/_fcemu/requests/verify", document, 409, 424).getAsJsonObject();
        if (Call.text(told, "verdict").equals("pass")) {
            return;
        }
        List<String> failed = new ArrayList<>();
        for (JsonElement each : told.getAsJsonArray("results")) {
            JsonObject result = each.getAsJsonObject();
            if (!Call.text(result, "verdict").equals("pass")) {
                failed.add(Call.text(result, "verdict") + ": " + Call.text(result, "assertion") + ": " + Call.text(result, "text"));
            }
        }
        throw new AssertionError(String.join("\n", failed));
    }

    private Map<String, Object> scope(Map<String, ?> terms) {
        Map<String, Object> scoped = new LinkedHashMap<>(terms);
        Map<String, Object> match = new LinkedHashMap<>(Map.of("account", account));
        if (terms.get("match") instanceof Map) {
            ((Map<?, ?>) terms.get("match")).forEach((key, value) -> match.put(String.valueOf(key), value));
        }
        scoped.put("match", match);
        return scoped;
    }

    // ---- functions ----

    /** Create a function of these sources by their names, or give one new code. */
    public void deploy(String name, Map<String, String> files, Function function) {
        deploy(name, Code.of(files), function);
    }

    /** The same with a folder or a zip file. */
    public void deploy(String name, Path code, Function function) {
        deploy(name, Code.of(code), function);
    }

    /** The same with the bytes of a zip file. */
    public void deploy(String name, byte[] zip, Function function) {
        Map<String, Object> body = new LinkedHashMap<>(Map.of("functionName", name, "code", Map.of("zipFile", Base64.getEncoder().encodeToString(zip))));
        body.putAll(function.members);
        String base = "/@" + region + "/" + account + "/2023-03-30";
        if (!function.service.isEmpty()) {
            base = "/@" + region + "/" + account + "/2021-04-06";
            daemon.ask("POST", base + "/services", Map.of("serviceName", function.service), 409);
            base += "/services/" + encode(function.service);
        }
        JsonObject told = daemon.ask("POST", base + "/functions", body, 409).getAsJsonObject();
        if (!told.has("functionName")) {
            daemon.ask("PUT", base + "/functions/" + encode(name), body);
        }
    }

    // ---- what is the whole daemon's ----

    private void change(String what, String method, String path, Object body, String... back) {
        if (!own) {
            throw new FcemuException(what + " concerns everybody who uses " + daemon.url + "; ask for a daemon of the test's own: @Emulator(own = true)");
        }
        undo.put(what, back);
        daemon.ask(method, path, body);
    }

    /** Let so much time pass for a daemon of the test's own. */
    public void advanceClock(Duration by) {
        change("the clock", "PUT", "/_fcemu/clock", Map.of("advance", by.toMillis() + "ms"), "DELETE", "/_fcemu/clock");
    }

    /** Disable every rule of a daemon of the test's own, and release every held call. */
    public void stopAll() {
        change("stop all", "POST", "/_fcemu/faults/stop", null, "POST", "/_fcemu/faults/enable");
    }

    /** As it was: resources, rules and journal of this account, and what was changed for the whole daemon. Done behind each test. */
    public void reset() {
        daemon.ask("POST", "/_fcemu/state/reset", Map.of("account", account));
        undo.values().forEach(back -> daemon.ask(back[0], back[1], null));
        undo.clear();
    }

    /** One call of the daemon's control side, JSON both ways; body may be null. Statuses from 400 on are refused, but for those named. */
    public JsonElement ask(String method, String path, Object body, int... accept) {
        return daemon.ask(method, path, body, accept);
    }

    String log() {
        return daemon.log();
    }
}
