// A function made from a package, run: its result, its log and what it cost; and asynchronously, under an id of the caller's.

import com.aliyuncs.fc.client.FunctionComputeClient;
import com.aliyuncs.fc.model.AsyncConfig;
import com.aliyuncs.fc.model.Code;
import com.aliyuncs.fc.model.StatefulAsyncInvocation;
import com.aliyuncs.fc.request.CreateFunctionRequest;
import com.aliyuncs.fc.request.CreateServiceRequest;
import com.aliyuncs.fc.request.GetStatefulAsyncInvocationRequest;
import com.aliyuncs.fc.request.InvokeFunctionRequest;
import com.aliyuncs.fc.request.PutFunctionAsyncConfigRequest;
import com.aliyuncs.fc.response.InvokeFunctionResponse;
import com.google.gson.Gson;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

public class Functions {
    private static final Set<String> ON_THE_WAY = Set.of("Enqueued", "Dequeued", "Running");

    private static void want(boolean holds, String what) {
        if (!holds) throw new IllegalStateException(what);
    }

    private static InvokeFunctionRequest call(String service) {
        return new InvokeFunctionRequest(service, "f").setPayload("event".getBytes(StandardCharsets.UTF_8));
    }

    private static void invoke(FunctionComputeClient client, String service) throws Exception {
        InvokeFunctionResponse answer = client.invokeFunction(call(service).setLogType("Tail"));
        String log = answer.getLogResult();
        want(new String(answer.getPayload(), StandardCharsets.UTF_8).equals("hello from f"), "it answers something else");
        want(answer.getHeader("X-Fc-Invocation-Duration").matches("\\d+"), "its duration is no number");
        want(answer.getHeader("X-Fc-Max-Memory-Usage").matches("\\d+\\.\\d\\d"), "its memory is no number");
        want(log.contains("FC Invoke Start RequestId: " + answer.getRequestId() + "\n") && log.contains("called with event"), "its log is " + log);
        want(log.contains("Billed Duration: ") && log.contains("Memory Size: 128 MB"), "its log does not say what it cost: " + log);
    }

    private static void invokeLater(FunctionComputeClient client, String service) throws Exception {
        client.putFunctionAsyncConfig(new PutFunctionAsyncConfigRequest(service, "LATEST", "f").setAsyncConfig(new AsyncConfig().setStatefulInvocation(true)));
        InvokeFunctionResponse accepted = client.invokeFunction(call(service).setInvocationType("Async").setStatefulAsyncInvocationId("mine"));
        want(accepted.getStatus() == 202, "status " + accepted.getStatus());
        for (;;) {
            StatefulAsyncInvocation found =
                client.getStatefulAsyncInvocation(new GetStatefulAsyncInvocationRequest(service, "LATEST", "f", "mine")).getStatefulAsyncInvocation();
            want(found.getInvocationId().equals("mine"), "its id is " + found.getInvocationId());
            if (found.getStatus().equals("Succeeded")) return;
            want(ON_THE_WAY.contains(found.getStatus()), "its state is " + found.getStatus());
        }
    }

    private static void live(FunctionComputeClient client, String service) throws Exception {
        Code code = new Code().setZipFile(Files.readAllBytes(Path.of("..", "hello.zip")));
        client.createService(new CreateServiceRequest().setServiceName(service));
        client.createFunction(new CreateFunctionRequest(service).setFunctionName("f").setRuntime("nodejs12").setHandler("index.handler").setMemorySize(128).setCode(code));
        invoke(client, service);
        invokeLater(client, service);
    }

    public static void main(String[] arguments) throws Exception {
        boolean good = true;
        for (Way way : Way.values()) {
            Map<String, String> row = new LinkedHashMap<>();
            row.put("client", "aliyun-java-sdk-fc");
            row.put("method", "a function: created, invoked with its log, asynchronously " + way);
            row.put("result", "ok");
            try {
                live(new FunctionComputeClient(way.config()), "runs-java-" + way.ordinal());
            } catch (Exception e) {
                row.put("result", e.toString().split("\n")[0]);
                good = false;
            }
            Files.writeString(Path.of(System.getenv("FCEMU_RESULTS")), new Gson().toJson(row) + "\n", StandardOpenOption.APPEND);
        }
        System.exit(good ? 0 : 1); // the clients' connection threads would keep the process alive
    }
}
