package fcemu.junit5;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.aliyun.fc20230330.models.ListFunctionsRequest;
import com.aliyuncs.fc.request.InvokeFunctionRequest;
import com.aliyuncs.fc.request.ListServicesRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** The verbs, and whose account a test has. */
@Emulator
@Execution(ExecutionMode.CONCURRENT)
class CloudTest {
    private static final Map<String, String> ACCOUNTS = new ConcurrentHashMap<>();

    private Cloud ofBefore;

    @BeforeEach
    void isTheSame(Cloud cloud) {
        ofBefore = cloud;
        assertEquals(null, ACCOUNTS.put(cloud.url() + cloud.account(), ""), "another test has had it");
    }

    private static List<Integer> invoke(Cloud cloud, String function, int times) {
        return IntStream.range(0, times).mapToObj(i -> {
            try {
                return Http.invoke(cloud, function).statusCode();
            } catch (Exception cut) {
                return 0;
            }
        }).collect(Collectors.toList());
    }

    @Test
    void stubFaultCallsVerify(Cloud cloud) {
        assertEquals(ofBefore, cloud);
        cloud.stub("pay", Answer.json(Map.of("paid", true)).status(201));
        Rule fault = cloud.fault("ResourceThrottled", Strike.function("pay").times(2));
        assertEquals(List.of(503, 503, 201), invoke(cloud, "pay", 3));
        assertEquals(2, fault.fired());
        List<Call> struck = cloud.calls("status", "5xx");
        assertEquals(List.of("ResourceThrottled", "ResourceThrottled"), struck.stream().map(Call::code).collect(Collectors.toList()));
        assertEquals("error", struck.get(0).get("kind"));
        assertEquals(2, struck.get(1).attempt());
        cloud.verify(Map.of("calls", Map.of("match", Map.of("function", "pay"), "eq", 3)));
        cloud.verify(Map.of("fires", Map.of("rule", fault.id(), "eq", 2)), Duration.ofSeconds(1));
        assertThrows(AssertionError.class, () -> cloud.verify(Map.of("calls", Map.of("eq", 4))));
        fault.remove();
        assertThrows(FcemuException.class, fault::counters);
        cloud.reset();
        assertEquals(List.of(), cloud.calls());
        assertEquals(List.of(404), invoke(cloud, "pay", 1));
    }

    @Test
    void aRuleInFull(Cloud cloud) throws Exception {
        cloud.stub("blob", Answer.body(new byte[] {0, 0x7f}).header("x-kind", "bytes").match("qualifier", "LATEST"));
        Rule rule = cloud.fault(Map.of("close", Map.of("at", "headers")),
            Strike.operation("InvokeFunction").match("function", "blob").when("calls", Map.of("from", 2)).rule("id", "mine").rule("ttl", "1m"));
        assertEquals("mine", rule.id());
        assertArrayEquals(new byte[] {0, 0x7f}, Http.invoke(cloud, "blob").body().getBytes(StandardCharsets.UTF_8));
        assertThrows(IOException.class, () -> Http.invoke(cloud, "blob"));
    }

    @Test
    void deployAndAgain(Cloud cloud, @TempDir Path folder) throws Exception {
        cloud.deploy("hello", Map.of("index.py", "def handler(event, context): return 'one'"), Function.of("python3.10", "index.handler"));
        assertEquals("one", Http.invoke(cloud, "hello").body());
        Files.createDirectory(folder.resolve("lib"));
        Files.writeString(folder.resolve("index.py"), "from lib.two import TWO\ndef handler(event, context): return TWO");
        Files.writeString(folder.resolve("lib/two.py"), "TWO = 'two'");
        cloud.deploy("hello", folder, Function.of("python3.10", "index.handler").member("timeout", 7));
        assertEquals("two", Http.invoke(cloud, "hello").body());
        Files.write(folder.resolve("code.zip"), Code.of(Map.of("index.py", "def handler(event, context): return 'three'")));
        cloud.deploy("hello", folder.resolve("code.zip"), Function.of("python3.10", "index.handler").service("shop"));
        byte[] payload = Clients.fc2(cloud).invokeFunction(new InvokeFunctionRequest("shop", "hello")).getPayload();
        assertEquals("three", new String(payload, StandardCharsets.UTF_8));
    }

    @Test
    @Fault("InternalServerError")
    @Fault(value = "{\"respond\": {\"status\": 418}}", operation = "InvokeFunction", function = "f", times = 1)
    void severalFaults(Cloud cloud) {
        assertEquals(List.of(500, 500), invoke(cloud, "f", 2)); // rules stand in their order, and the first answers
    }

    @Test
    @Emulator(region = "cn-shanghai")
    void officialClients(Cloud cloud) throws Exception {
        Clients.fc3(cloud).listFunctions(new ListFunctionsRequest());
        Clients.fc2(cloud).listServices(new ListServicesRequest());
        List<String> came = cloud.calls().stream().map(call -> call.get("api") + " " + call.region() + " " + call.status()).collect(Collectors.toList());
        assertEquals(List.of("2023-03-30 cn-shanghai 200", "2016-08-15 cn-shanghai 200"), came);
        assertEquals(cloud.account() + ".cn-shanghai.fc.aliyuncs.com", cloud.host());
    }

    @Test
    void programsAreLed(Cloud cloud) throws Exception {
        cloud.stub("f", Answer.text("led"));
        String script = "import sys, urllib.request; print(urllib.request.urlopen(sys.argv[1], b'').read().decode(), end='')";
        ProcessBuilder python = new ProcessBuilder("/usr/bin/python3", "-c", script, "https://" + cloud.host() + "/2023-03-30/functions/f/invocations");
        python.environment().putAll(cloud.env());
        assertEquals("led", new String(python.redirectErrorStream(true).start().getInputStream().readAllBytes(), StandardCharsets.UTF_8));
        assertTrue(Files.readString(Path.of(cloud.ca())).contains("BEGIN CERTIFICATE"));
    }

    @Nested
    @Emulator(own = true)
    class Own {
        @Test
        void clockAndStopAll(Cloud cloud) {
            cloud.advanceClock(Duration.ofHours(5));
            assertFalse(cloud.ask("GET", "/_fcemu/clock", null).getAsJsonObject().get("is_real").getAsBoolean());
            cloud.stub("f", Answer.empty());
            cloud.stopAll();
            assertEquals(List.of(404), invoke(cloud, "f", 1));
            cloud.reset();
            assertTrue(cloud.ask("GET", "/_fcemu/clock", null).getAsJsonObject().get("is_real").getAsBoolean());
            cloud.stub("f", Answer.empty());
            assertEquals(List.of(200), invoke(cloud, "f", 1));
        }

        @Test
        @Emulator(faults = "src/test/resources/rules.yaml", config = "src/test/resources/fcemu.yaml")
        void files(Cloud cloud) throws Exception {
            assertEquals(403, Http.invoke(cloud, "x").statusCode());
        }
    }

    @Test
    void othersDaemonIsUsedButNotChanged(Cloud cloud) {
        assumeTrue(System.getProperty("fcemu.image", "").isEmpty(), "the token of a container is its own");
        Cloud other = new Cloud(Daemon.attach(cloud.url().substring("http://".length())), false, "cn-hangzhou");
        assertNotEquals(cloud.account(), other.account());
        other.stub("f", Answer.empty());
        assertEquals(List.of(200), invoke(other, "f", 1));
        assertTrue(assertThrows(FcemuException.class, () -> other.advanceClock(Duration.ofHours(1))).getMessage().contains("everybody"));
        other.reset();
        assertThrows(FcemuException.class, () -> Daemon.attach("127.0.0.1:1"));
    }
}
