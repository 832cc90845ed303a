import com.aliyun.fc20230330.Client;
import com.aliyun.fc20230330.models.InvokeFunctionRequest;
import com.aliyun.tea.TeaException;
import java.nio.charset.StandardCharsets;

/** What the example of the README tests. */
final class Payments {
    private static final int THROTTLED = 503, ATTEMPTS = 4;

    private Payments() {
    }

    static boolean pay(Client client) throws Exception {
        for (int attempt = 1;; attempt++) {
            try {
                byte[] told = client.invokeFunction("pay", new InvokeFunctionRequest()).getBody().readAllBytes();
                return new String(told, StandardCharsets.UTF_8).contains("true");
            } catch (TeaException refusal) {
                if (refusal.getStatusCode() == null || refusal.getStatusCode() != THROTTLED || attempt == ATTEMPTS) {
                    throw refusal;
                }
            }
        }
    }
}
