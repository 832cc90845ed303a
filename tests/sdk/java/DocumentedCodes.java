// com.aliyun:aliyun-java-sdk-fc throws for each documented code an exception that carries it.

import com.aliyuncs.fc.client.FunctionComputeClient;
import com.aliyuncs.fc.exceptions.ClientException;
import com.aliyuncs.fc.exceptions.ServerException;
import com.aliyuncs.fc.request.InvokeFunctionRequest;
import com.google.gson.Gson;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

public class DocumentedCodes {
    private static final String CLIENT = "aliyun-java-sdk-fc";

    private static String seen(FunctionComputeClient client, String function) {
        InvokeFunctionRequest request = new InvokeFunctionRequest("demo", function);
        request.setPayload("event".getBytes(StandardCharsets.UTF_8));
        try {
            client.invokeFunction(request);
            return "no exception";
        } catch (ClientException e) {
            return e.getStatusCode() + " " + e.getErrorCode();
        } catch (ServerException e) {
            return e.getStatusCode() + " " + e.getErrorCode();
        }
    }

    private static void note(String method, String result) throws IOException {
        Map<String, String> row = new LinkedHashMap<>();
        row.put("client", CLIENT);
        row.put("method", method);
        row.put("result", result);
        Files.writeString(Path.of(System.getenv("FCEMU_RESULTS")), new Gson().toJson(row) + "\n", StandardOpenOption.APPEND);
    }

    private static void drive(Way way) throws IOException {
        FunctionComputeClient client = new FunctionComputeClient(way.config());
        Map<?, ?> documented = new Gson().fromJson(System.getenv("FCEMU_DOCUMENTED"), Map.class);
        for (Map.Entry<?, ?> row : documented.entrySet()) {
            String want = ((Number) row.getValue()).intValue() + " " + row.getKey();
            String got = seen(client, "raise-" + row.getKey());
            note("invokeFunction " + way + ": " + row.getKey(), got.equals(want) ? "ok" : "got " + got + ", not " + want);
        }
    }

    public static void main(String[] arguments) throws IOException {
        for (Way way : Way.values()) {
            drive(way);
        }
        System.exit(0); // the clients' connection threads would keep the process alive
    }
}
