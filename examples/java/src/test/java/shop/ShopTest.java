package shop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import fcemu.junit5.Clients;
import fcemu.junit5.Cloud;
import fcemu.junit5.Emulator;
import fcemu.junit5.Fault;
import fcemu.junit5.Function;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@Emulator
class ShopTest {
    private static final Map<String, String> CALLS = Map.of("operation", "InvokeFunction");

    private Shop shop;

    @BeforeEach
    void deploy(Cloud cloud) throws Exception {
        cloud.deploy("charge", Path.of("src/test/resources/charge"), Function.of("python3.10", "index.handler"));
        shop = new Shop(Clients.fc3(cloud), Duration.ofMillis(10));
    }

    @Test
    void anOrderIsCharged() throws Exception {
        assertEquals("{\"charged\": \"4711\"}", shop.charge("4711"));
    }

    @Test
    @Fault(value = "ResourceThrottled", operation = "InvokeFunction", times = 2)
    void throttlingIsWaitedOut(Cloud cloud) throws Exception {
        assertEquals("{\"charged\": \"4711\"}", shop.charge("4711"));
        cloud.verify(Map.of("calls", Map.of("match", CALLS, "eq", 3), "backoff", Map.of("match", CALLS, "first_gap", Map.of("gte", "10ms"))));
    }

    // Lost within the body: when nothing came at all, the client repeats the call by itself.
    @Test
    @Fault(value = "{\"reset\": {\"at\": \"body\", \"after\": \"50%\"}, \"effect\": \"done\"}", operation = "InvokeFunction", times = 1)
    void aLostAnswerIsNoSecondCharge(Cloud cloud) {
        assertThrows(Shop.Unknown.class, () -> shop.charge("4711"));
        cloud.verify(Map.of("calls", Map.of("match", CALLS, "eq", 1), "duplicates", Map.of("match", CALLS, "eq", 0)));
    }
}
