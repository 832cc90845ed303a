import fcemu.junit5.Answer;
import fcemu.junit5.Clients;
import fcemu.junit5.Cloud;
import fcemu.junit5.Emulator;
import fcemu.junit5.Fault;
import java.util.Map;
import org.junit.jupiter.api.Test;

@Emulator
class PayTest {
    @Test
    @Fault(value = "ResourceThrottled", function = "pay", times = 2)
    void survives(Cloud cloud) throws Exception {
        cloud.stub("pay", Answer.json(Map.of("ok", true)));
        Shop.call(Clients.fc3(cloud), "{\"n\":1}"); // what is tested
        cloud.verify(Map.of("calls", Map.of("match", Map.of("function", "pay"), "eq", 3)));
    }
}
