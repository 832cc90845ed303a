package fcemu.junit5;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.JsonPrimitive;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.extension.ExtensionContext.Store.CloseableResource;

/** A running daemon: one that was started here, and that its end ends, or one that was there before. */
@SuppressWarnings("deprecation") // CloseableResource: its successor is not in all versions of JUnit 5
final class Daemon implements CloseableResource, Closeable {
    static final Gson GSON = new GsonBuilder().disableHtmlEscaping().create();

    private static final long FIRST_ACCOUNT = 1_000_000_000_000_001L;
    private static final long DRAWN_FROM = 2_000_000_000_000_000L, DRAWN_TO = 9_000_000_000_000_000L;
    private static final int ERRORS = 400;
    private static final Duration ANSWER = Duration.ofMinutes(1);
    private static final long END_SECONDS = 30;

    final String url;
    final String ca;
    final Map<String, String> env;
    private final Supplier<String> log;
    private final Runnable end; // null: not ours
    private final String token;
    private final AtomicLong accounts = new AtomicLong(FIRST_ACCOUNT);
    // Never by a proxy of the system's properties: the daemon is on this machine.
    private final HttpClient http = HttpClient.newBuilder().proxy(HttpClient.Builder.NO_PROXY).version(HttpClient.Version.HTTP_1_1).build();

    Daemon(String url, String ca, Map<String, String> env, Supplier<String> log, Runnable end, String token) {
        this.url = url;
        this.ca = ca;
        this.env = Collections.unmodifiableMap(env);
        this.log = log;
        this.end = end;
        this.token = token;
    }

    static Daemon attach(String address) {
        String url = address.contains("://") ? address : "http://" + address;
        Daemon daemon = new Daemon(url, "", Collections.emptyMap(), () -> "", null, System.getenv("FCEMU_TOKEN"));
        daemon.ask("GET", "/_fcemu/health", null, 503);
        return daemon;
    }

    static Daemon start(List<String> words) {
        List<String> command = new ArrayList<>(List.of(binary(), "start", "--die-with", String.valueOf(ProcessHandle.current().pid())));
        command.addAll(words);
        try {
            Process process = new ProcessBuilder(command).start();
            process.getOutputStream().close();
            try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
                String line = out.readLine();
                if (line == null) {
                    throw new FcemuException(new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).strip());
                }
                return told(JsonParser.parseString(line).getAsJsonObject(), process);
            } finally {
                process.getErrorStream().close();
            }
        } catch (IOException problem) {
            throw new FcemuException(command.get(0) + ": " + problem.getMessage(), problem);
        }
    }

    private static Daemon told(JsonObject told, Process process) {
        Map<String, String> env = new LinkedHashMap<>();
        told.getAsJsonObject("env").entrySet().forEach(each -> env.put(each.getKey(), each.getValue().getAsString()));
        Path log = Path.of(told.get("log").getAsString());
        return new Daemon(told.get("url").getAsString(), told.get("ca").getAsString(), env, () -> read(log), () -> end(process), null);
    }

    /** The system property fcemu.binary, FCEMU_BINARY, or the program in PATH. */
    private static String binary() {
        String named = System.getProperty("fcemu.binary", System.getenv("FCEMU_BINARY"));
        if (named != null && !named.isEmpty()) {
            return named;
        }
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            Path program = Path.of(folder, "fcemu");
            if (Files.isExecutable(program)) {
                return program.toString();
            }
        }
        throw new FcemuException("there is no fcemu here: neither fcemu.binary nor FCEMU_BINARY is set, and PATH has none");
    }

    boolean isOurs() {
        return end != null;
    }

    String account() {
        return String.valueOf(isOurs() ? accounts.getAndIncrement() : ThreadLocalRandom.current().nextLong(DRAWN_FROM, DRAWN_TO));
    }

    String log() {
        return log.get();
    }

    private static String read(Path log) {
        try {
            return Files.readString(log);
        } catch (IOException gone) {
            return "";
        }
    }

    /** One call, JSON both ways. Refused with FcemuException, unless its status is one of those. */
    JsonElement ask(String method, String path, Object body, int... accept) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url + path)).timeout(ANSWER);
        request.method(method, body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(GSON.toJson(body)));
        if (body != null) {
            request.header("Content-Type", "application/json");
        }
        if (token != null) {
            request.header("X-Fcemu-Token", token);
        }
        try {
            HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
            JsonElement told = parse(answer.body());
            int status = answer.statusCode();
            for (int taken : accept) {
                if (status == taken) {
                    return told;
                }
            }
            if (status >= ERRORS) {
                throw new FcemuException(method + " " + path + ": " + status + " " + why(told));
            }
            return told;
        } catch (IOException problem) {
            throw new FcemuException("no daemon answers at " + url + ": " + problem, problem);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new FcemuException("interrupted", interrupted);
        }
    }

    private static JsonElement parse(String text) {
        try {
            return JsonParser.parseString(text);
        } catch (JsonParseException noJson) {
            return new JsonPrimitive(text);
        }
    }

    private static String why(JsonElement told) {
        if (!told.isJsonObject()) {
            return told.toString();
        }
        JsonObject problem = told.getAsJsonObject();
        if (problem.has("errors") && problem.getAsJsonArray("errors").size() > 0) {
            return StreamSupport.stream(problem.getAsJsonArray("errors").spliterator(), false).map(JsonElement::getAsJsonObject)
                .map(error -> Call.text(error, "message") + (Call.text(error, "hint").isEmpty() ? "" : " (" + Call.text(error, "hint") + ")"))
                .collect(Collectors.joining("; "));
        }
        return Call.text(problem, "detail") + Call.text(problem, "Message");
    }

    private static void end(Process process) {
        process.destroy();
        try {
            process.waitFor(END_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        if (end != null) {
            end.run();
        }
    }
}
