import com.aliyun.fc20230330.Client;
import com.aliyun.fc20230330.models.InvokeFunctionRequest;
import com.aliyun.tea.TeaException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;

/** What the copied test tests: a call that waits throttling out. */
final class Shop {
    private static final int ATTEMPTS = 4;

    private Shop() {
    }

    static void call(Client client, String payload) throws Exception {
        for (int attempt = 1;; attempt++) {
            try {
                client.invokeFunction("pay", new InvokeFunctionRequest().setBody(new ByteArrayInputStream(payload.getBytes(StandardCharsets.UTF_8))));
                return;
            } catch (TeaException problem) {
                if (attempt == ATTEMPTS || !"ResourceThrottled".equals(problem.getCode())) {
                    throw problem;
                }
                Thread.sleep(10);
            }
        }
    }
}
