package fcemu.glue;

import com.aliyun.fc.runtime.Context;
import com.aliyun.fc.runtime.Credentials;
import com.aliyun.fc.runtime.FunctionComputeLogger;
import com.aliyun.fc.runtime.FunctionParam;
import com.aliyun.fc.runtime.OpenTracing;
import com.aliyun.fc.runtime.Service;
import fcemu.Json;
import fcemu.Log;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What a handler is told of its call. */
final class ContextOfCall implements Context {
    private static final int MS_PER_S = 1000;

    private final Map<String, Object> load;
    private final Map<String, Object> meta;
    private final FunctionComputeLogger logger = new Logger();

    ContextOfCall(Map<String, Object> load, Map<String, Object> meta) {
        this.load = load;
        this.meta = meta;
    }

    @Override
    public String getRequestId() {
        return Json.text(meta, "requestId");
    }

    @Override
    public Credentials getExecutionCredentials() {
        List<?> keys = (List<?>) meta.get("credentials");
        return new Credentials() {
            @Override
            public String getAccessKeyId() {
                return keys.get(0).toString();
            }

            @Override
            public String getAccessKeySecret() {
                return keys.get(1).toString();
            }

            @Override
            public String getSecurityToken() {
                return keys.get(2).toString();
            }
        };
    }

    @Override
    public FunctionParam getFunctionParam() {
        Map<String, Object> function = Json.object(load.get("function"));
        return new FunctionParam() {
            @Override
            public String getFunctionName() {
                return Json.text(function, "name");
            }

            @Override
            public String getFunctionHandler() {
                return Json.text(function, "handler");
            }

            @Override
            public String getFunctionInitializer() {
                return Json.text(load, "initializer");
            }

            @Override
            public int getExecTimeLimitInMillis() {
                return MS_PER_S * Json.integer(function, "timeout", 0);
            }

            @Override
            public int getMemoryLimitInMB() {
                return Json.integer(function, "memory", 0);
            }
        };
    }

    @Override
    public Service getService() {
        Map<String, Object> service = Json.object(load.get("service"));
        return new Service() {
            @Override
            public String getName() {
                return Json.text(service, "name");
            }

            @Override
            public String getLogProject() {
                return Json.text(service, "logProject");
            }

            @Override
            public String getLogStore() {
                return Json.text(service, "logStore");
            }

            @Override
            public String getQualifier() {
                return Json.text(service, "qualifier");
            }

            @Override
            public String getVersionId() {
                return Json.text(service, "versionId");
            }
        };
    }

    @Override
    public FunctionComputeLogger getLogger() {
        return logger;
    }

    @Override
    public OpenTracing getTracing() {
        Map<String, String> baggage = new HashMap<>();
        Json.object(meta.get("spanBaggages")).forEach((name, value) -> baggage.put(name, String.valueOf(value)));
        return new OpenTracing() {
            @Override
            public String getSpanContext() {
                return Json.text(meta, "spanContext");
            }

            @Override
            public Map<String, String> getSpanBaggages() {
                return baggage;
            }

            @Override
            public String getJaegerEndpoint() {
                return "";
            }
        };
    }

    @Override
    public int getRetryCount() {
        return Json.integer(meta, "retryCount", 0);
    }

    private final class Logger implements FunctionComputeLogger {
        private Level least = Level.TRACE;

        private void say(Level level, String message) {
            if (level.ordinal() >= least.ordinal()) Log.say(getRequestId(), level.name(), message);
        }

        @Override
        public void trace(String message) {
            say(Level.TRACE, message);
        }

        @Override
        public void debug(String message) {
            say(Level.DEBUG, message);
        }

        @Override
        public void info(String message) {
            say(Level.INFO, message);
        }

        @Override
        public void warn(String message) {
            say(Level.WARN, message);
        }

        @Override
        public void error(String message) {
            say(Level.ERROR, message);
        }

        @Override
        public void fatal(String message) {
            say(Level.FATAL, message);
        }

        @Override
        public void setLogLevel(Level level) {
            least = level;
        }
    }
}
