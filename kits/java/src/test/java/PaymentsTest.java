import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import fcemu.junit5.Answer;
import fcemu.junit5.Clients;
import fcemu.junit5.Cloud;
import fcemu.junit5.Emulator;
import fcemu.junit5.Fault;
import fcemu.junit5.Function;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

@Emulator
class PaymentsTest {
    @Test
    void pays(Cloud cloud) throws Exception {
        cloud.stub("pay", Answer.json(Map.of("paid", true)));
        assertTrue(Payments.pay(Clients.fc3(cloud)));
    }

    @Test
    @Fault(value = "ResourceThrottled", function = "pay", times = 2)
    void retriesWhenThrottled(Cloud cloud) throws Exception {
        cloud.stub("pay", Answer.json(Map.of("paid", true)));
        assertTrue(Payments.pay(Clients.fc3(cloud)));
        cloud.verify(Map.of("calls", Map.of("match", Map.of("function", "pay"), "eq", 3)));
    }

    @Test
    @Fault(value = "{\"reset\": {\"at\": \"body\", \"after\": \"50%\"}, \"effect\": \"done\"}", function = "pay", times = 1)
    void aLostAnswerIsNoSecondPayment(Cloud cloud) throws Exception {
        cloud.deploy("pay", Path.of("src/test/resources/functions/pay"), Function.of("python3.10", "index.handler"));
        assertThrows(Exception.class, () -> Payments.pay(Clients.fc3(cloud))); // nobody knows whether it was paid
        cloud.verify(Map.of("duplicates", Map.of("match", Map.of("function", "pay"), "eq", 0)));
    }
}
