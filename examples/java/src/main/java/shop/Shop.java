package shop;

import com.aliyun.fc20230330.Client;
import com.aliyun.fc20230330.models.InvokeFunctionRequest;
import com.aliyun.tea.TeaException;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;

/** Charges orders by a function. Throttling is waited out; what may have been done is not repeated. */
public final class Shop {
    private static final int ATTEMPTS = 4;
    private static final Set<String> WORTH_A_RETRY = Set.of("ResourceExhausted", "ResourceThrottled");

    /** The answer was lost: nobody knows whether the order is charged. Look before it is charged again. */
    public static final class Unknown extends Exception {
        private static final long serialVersionUID = 1;

        Unknown(String order, Throwable cause) {
            super("order " + order + ": charged or not", cause);
        }
    }

    private final Client client;
    private final Duration pause;

    public Shop(Client client, Duration pause) {
        this.client = client;
        this.pause = pause;
    }

    /** What the function says. */
    public String charge(String order) throws Exception {
        byte[] body = ("{\"order\": \"" + order + "\"}").getBytes(StandardCharsets.UTF_8);
        for (int attempt = 0;; attempt++) {
            try {
                InvokeFunctionRequest request = new InvokeFunctionRequest().setBody(new ByteArrayInputStream(body));
                return new String(client.invokeFunction("charge", request).getBody().readAllBytes(), StandardCharsets.UTF_8);
            } catch (Exception problem) {
                String code = problem instanceof TeaException ? ((TeaException) problem).getCode() : "";
                if (!WORTH_A_RETRY.contains(String.valueOf(code))) {
                    throw new Unknown(order, problem);
                }
                if (attempt == ATTEMPTS - 1) {
                    throw problem;
                }
                Thread.sleep(pause.toMillis() << attempt);
            }
        }
    }
}
