// Region and account behind an address, as docs/clients.md writes them: whether this client takes such an endpoint, strictly signed.

import com.aliyun.fc20230330.Client;
import com.aliyun.fc20230330.models.ListFunctionsRequest;
import com.aliyun.teaopenapi.models.Config;
import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.net.Proxy;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.Map;

public class Endpoint {
    private static final String CLIENT = "fc20230330 (Java)";

    private static void list(String protocol, String endpoint) throws Exception {
        Config config = new Config().setAccessKeyId("LTAI-test").setAccessKeySecret("secret").setRegionId("cn-shanghai");
        new Client(config.setProtocol(protocol).setEndpoint(endpoint)).listFunctions(new ListFunctionsRequest());
    }

    /** Where the last call with a place in its path went. */
    private static String arrived() throws Exception {
        URL journal = new URL("http://127.0.0.1:" + System.getenv("FCEMU_PORT") + "/_fcemu/requests?limit=100000");
        String found = "nowhere";
        try (Reader reader = new InputStreamReader(journal.openConnection(Proxy.NO_PROXY).getInputStream(), StandardCharsets.UTF_8)) {
            for (JsonElement each : new Gson().fromJson(reader, JsonObject.class).getAsJsonArray("requests")) {
                JsonObject entry = each.getAsJsonObject();
                if (entry.get("path").getAsString().startsWith("/@")) {
                    found = entry.get("status") + " " + entry.get("region") + " " + entry.get("account") + " " + entry.get("defaulted") + " " + entry.get("tls");
                }
            }
        }
        return found;
    }

    private static void note(String method, String result) throws IOException {
        Map<String, String> row = new LinkedHashMap<>();
        row.put("client", CLIENT);
        row.put("method", method);
        row.put("result", result);
        Files.writeString(Path.of(System.getenv("FCEMU_RESULTS")), new Gson().toJson(row) + "\n", StandardOpenOption.APPEND);
    }

    public static void main(String[] arguments) throws Exception {
        for (String protocol : new String[] {"http", "https"}) {
            String want = "200 \"ap-southeast-1\" \"16530750\" null " + protocol.equals("https"), result;
            try {
                list(protocol, "127.0.0.1:" + System.getenv("FCEMU_PORT") + "/@ap-southeast-1/16530750");
                String got = arrived();
                result = got.equals(want) ? "ok" : "arrived at " + got + ", not " + want;
            } catch (Exception e) {
                result = String.valueOf(e).split("\n")[0];
            }
            note("an address with a place over " + protocol.toUpperCase(), result);
        }
        System.exit(0); // the clients' connection threads would keep the process alive
    }
}
