package fcemu.junit5;

import com.aliyun.teaopenapi.models.Config;
import com.aliyuncs.fc.client.FunctionComputeClient;

/** Official clients, ready. A project names those that it uses among its own dependencies. */
public final class Clients {
    // Taken where signatures are not demanded.
    private static final String KEY_ID = "LTAI-fcemu", KEY_SECRET = "fcemu";

    private Clients() {
    }

    /** com.aliyun:fc20230330. */
    public static com.aliyun.fc20230330.Client fc3(Cloud cloud) throws Exception {
        return Newer.client(cloud);
    }

    /** com.aliyun:aliyun-java-sdk-fc. */
    public static FunctionComputeClient fc2(Cloud cloud) {
        return Older.client(cloud);
    }

    // In classes of their own, so that one can be missing.
    private static final class Newer {
        static com.aliyun.fc20230330.Client client(Cloud cloud) throws Exception {
            return new com.aliyun.fc20230330.Client(new Config().setAccessKeyId(KEY_ID).setAccessKeySecret(KEY_SECRET).setRegionId(cloud.region())
                .setProtocol("http").setEndpoint(cloud.endpoint()));
        }
    }

    private static final class Older {
        static FunctionComputeClient client(Cloud cloud) {
            com.aliyuncs.fc.config.Config config =
                new com.aliyuncs.fc.config.Config(cloud.region(), cloud.account(), KEY_ID, KEY_SECRET, null, false);
            return new FunctionComputeClient(config.setEndpoint("http://" + cloud.endpoint()));
        }
    }
}
