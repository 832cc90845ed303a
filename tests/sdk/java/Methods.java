// Every public method of com.aliyun:aliyun-java-sdk-fc, in the order of a life: a service and all that hangs on it is made, read,
// changed and removed. The rows are the methods that reflection finds in its two clients; one that no step drives fails.

import com.aliyuncs.fc.auth.SignURLConfig;
import com.aliyuncs.fc.client.AsyncClient;
import com.aliyuncs.fc.client.FcCallback;
import com.aliyuncs.fc.client.FunctionComputeClient;
import com.aliyuncs.fc.model.AsyncConfig;
import com.aliyuncs.fc.model.Code;
import com.aliyuncs.fc.model.HttpMethod;
import com.aliyuncs.fc.model.PathConfig;
import com.aliyuncs.fc.model.RouteConfig;
import com.aliyuncs.fc.model.TimeTriggerConfig;
import com.aliyuncs.fc.request.*;
import com.google.gson.Gson;
import java.io.IOException;
import java.lang.reflect.Array;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Consumer;

public class Methods {
    private static final String CHECKSUM = "3624581664231229518"; // of hello.zip
    private static final String S = "java-story", F = "hello", DOMAIN = "java.example.com";
    private static final String ARN = "acs:fc:cn-shanghai:16530750:services/" + S;
    private static final String NO_CODE = "an error without a code";
    private static final String NOTHING_RUNS = "no invocation has that id";

    /** One call: a member of the answer and the text that it must be, or the code of the error that is due and, if so, why. */
    private static class Step {
        final String method;
        final Object[] arguments;
        String member, want, code, why = "";

        Step(String method, Object... arguments) {
            this.method = method;
            this.arguments = arguments;
        }

        Step see(String member, Object want) {
            this.member = member;
            this.want = String.valueOf(want);
            return this;
        }

        Step fail(String code) {
            this.code = code;
            return this;
        }

        Step because(String why) {
            this.why = why;
            return this;
        }
    }

    private static <T> T with(T request, Consumer<T> set) {
        set.accept(request);
        return request;
    }

    private static List<Step> story(Way way) throws IOException {
        String layer = "java-layer-" + way.ordinal(); // numbers of versions are never used again
        Code code = new Code().setZipFile(Files.readAllBytes(Path.of("..", "hello.zip")));
        RouteConfig routes = new RouteConfig(new PathConfig[] {new PathConfig("/*", S, F, null)});
        TimeTriggerConfig timer = new TimeTriggerConfig("@every 1h", "p", false);
        List<Step> steps = new ArrayList<>();

        steps.add(new Step("getConfig").see("uid", "16530750"));
        steps.add(new Step("setEndpoint", way.config().getEndpoint()));
        steps.add(new Step("getAccountSettings", new GetAccountSettingsRequest()).see("accountSettings.availableAZs.0", "cn-shanghai-b"));
        steps.add(new Step("openFunctionComputeService", with(new OpenFunctionComputeRequest(), r -> r.setAction("OpenFCService"))).see("code", "ORDER.OPENED"));

        steps.add(new Step("createService", new CreateServiceRequest().setServiceName(S).setDescription("first")).see("description", "first"));
        steps.add(new Step("createService", new CreateServiceRequest().setServiceName(S)).fail("ServiceAlreadyExists"));
        steps.add(new Step("getService", new GetServiceRequest(S)).see("serviceName", S));
        steps.add(new Step("getService", new GetServiceRequest("absent")).fail("ServiceNotFound"));
        steps.add(new Step("updateService", new UpdateServiceRequest(S).setDescription("second")).see("description", "second"));
        steps.add(new Step("listServices", new ListServicesRequest().setPrefix("java-")).see("services.0.serviceName", S));
        steps.add(new Step("createVpcBinding", new CreateVpcBindingRequest().setServiceName(S).setVpcId("vpc-1")).see("status", 200));
        steps.add(new Step("listVpcBindings", new ListVpcBindingsRequest().setServiceName(S)).see("vpcIDs.0", "vpc-1"));
        steps.add(new Step("deleteVpcBinding", new DeleteVpcBindingRequest().setServiceName(S).setVpcId("vpc-1")).see("status", 200));

        steps.add(new Step("createFunction", hello(code)).see("codeChecksum", CHECKSUM));
        steps.add(new Step("createFunction", hello(code)).fail("FunctionAlreadyExists"));
        steps.add(new Step("getFunction", new GetFunctionRequest(S, F)).see("memorySize", 128));
        steps.add(new Step("getFunction", new GetFunctionRequest(S, "absent")).fail("FunctionNotFound"));
        steps.add(new Step("updateFunction", new UpdateFunctionRequest(S, F).setMemorySize(256)).see("memorySize", 256));
        steps.add(new Step("listFunctions", new ListFunctionsRequest(S)).see("functions.0.functionName", F));
        steps.add(new Step("getFunctionCode", new GetFunctionCodeRequest(S, F)).see("codeChecksum", CHECKSUM));
        steps.add(new Step("invokeFunction", new InvokeFunctionRequest(S, F).setPayload("event".getBytes(StandardCharsets.UTF_8))).see("payload", "hello from hello"));
        steps.add(new Step("SignURL", new SignURLConfig(HttpMethod.GET, S, F, new Date(System.currentTimeMillis() + 60_000))).see("class.simpleName", "String"));

        steps.add(new Step("publishVersion", new PublishVersionRequest(S).setDescription("one")).see("versionId", "1"));
        steps.add(new Step("listVersions", new ListVersionsRequest(S)).see("versions.0.description", "one"));
        steps.add(new Step("createAlias", new CreateAliasRequest(S, "prod", "1")).see("aliasName", "prod"));
        steps.add(new Step("createAlias", new CreateAliasRequest(S, "none", "7")).fail("VersionNotFound"));
        steps.add(new Step("getAlias", new GetAliasRequest(S, "prod")).see("versionId", "1"));
        steps.add(new Step("updateAlias", new UpdateAliasRequest(S, "prod").setDescription("changed")).see("description", "changed"));
        steps.add(new Step("listAliases", new ListAliasesRequest(S).setPrefix("p")).see("aliases.0.aliasName", "prod"));
        steps.add(new Step("createTrigger", new CreateTriggerRequest(S, F).setTriggerName("t").setTriggerType("timer").setTriggerConfig(timer)).see("triggerType", "timer"));
        steps.add(new Step("getTrigger", new GetTriggerRequest(S, F, "t")).see("triggerName", "t"));
        steps.add(new Step("updateTrigger", new UpdateTriggerRequest(S, F, "t").setTriggerConfig(timer.setPayload("q"))).see("triggerName", "t"));
        steps.add(new Step("listTriggers", new ListTriggersRequest(S, F)).see("triggers.0.triggerName", "t"));
        steps.add(new Step("createCustomDomain", new CreateCustomDomainRequest().setDomainName(DOMAIN).setProtocol("HTTP")).see("domainName", DOMAIN));
        steps.add(new Step("getCustomDomain", new GetCustomDomainRequest(DOMAIN)).see("protocol", "HTTP"));
        steps.add(new Step("updateCustomDomain", new UpdateCustomDomainRequest(DOMAIN).setRouteConfig(routes)).see("routeConfig.routes.0.functionName", F));
        steps.add(new Step("listCustomDomains", new ListCustomDomainsRequest().setPrefix("java")).see("customDomains.0.domainName", DOMAIN));
        steps.add(new Step("tagResource", new TagResourceRequest(ARN, Map.of("team", "a", "cost", "b"))));
        steps.add(new Step("getResourceTags", new GetResourceTagsRequest(ARN)).see("tags", new TreeMap<>(Map.of("team", "a", "cost", "b"))));
        steps.add(new Step("untagResource", new UntagResourceRequest(false, ARN, new String[] {"team"})));
        steps.add(new Step("getResourceTags", new GetResourceTagsRequest(ARN)).see("tags", "{cost=b}"));

        steps.add(new Step("putProvisionConfig", new PutProvisionConfigRequest(S, "prod", F).setTarget(2)).see("target", 2));
        steps.add(new Step("getProvisionConfig", new GetProvisionConfigRequest(S, "prod", F)).see("target", 2));
        steps.add(new Step("listProvisionConfigs", new ListProvisionConfigsRequest().setServiceName(S).setQualifier("prod")).see("provisionConfigs.0.target", 2));
        steps.add(new Step("putProvisionConfig", new PutProvisionConfigRequest(S, "prod", F).setTarget(0)).see("target", 0));
        steps.add(new Step("putOnDemandConfig", new PutOnDemandConfigRequest(S, "prod", F, 5)).see("maximumInstanceCount", 5));
        steps.add(new Step("getOnDemandConfig", new GetOnDemandConfigRequest(S, "prod", F)).see("maximumInstanceCount", 5));
        steps.add(new Step("listOnDemandConfigs", new ListOnDemandConfigsRequest()).see("onDemandConfigs.0.maximumInstanceCount", 5));
        steps.add(new Step("deleteOnDemandConfig", new DeleteOnDemandConfigRequest(S, "prod", F)));
        steps.add(new Step("getOnDemandConfig", new GetOnDemandConfigRequest(S, "prod", F)).fail("OnDemandConfigNotFound"));
        steps.add(new Step("putFunctionAsyncConfig", new PutFunctionAsyncConfigRequest(S, "prod", F).setAsyncConfig(new AsyncConfig().setMaxAsyncRetryAttempts(1))).see("asyncConfig.maxAsyncRetryAttempts", 1));
        steps.add(new Step("getFunctionAsyncConfig", new GetFunctionAsyncConfigRequest(S, "prod", F)).see("asyncConfig.qualifier", "prod"));
        steps.add(new Step("listFunctionAsyncConfigs", new ListFunctionAsyncConfigsRequest(S, F)).see("asyncConfigs.0.maxAsyncRetryAttempts", 1));
        steps.add(new Step("deleteFunctionAsyncConfig", new DeleteFunctionAsyncConfigRequest(S, "prod", F)));
        steps.add(new Step("listStatefulAsyncInvocations", new ListStatefulAsyncInvocationsRequest(S, F)).see("status", 200));
        steps.add(new Step("getStatefulAsyncInvocation", new GetStatefulAsyncInvocationRequest(S, "prod", F, "none")).fail("StatefulAsyncInvocationNotFound").because(NOTHING_RUNS));
        steps.add(new Step("stopStatefulAsyncInvocation", new StopStatefulAsyncInvocationRequest(S, "prod", F, "none")).fail("StatefulAsyncInvocationNotFound").because(NOTHING_RUNS));

        steps.add(new Step("publishLayerVersion", with(new PublishLayerVersionRequest(), r -> {
            r.setLayerName(layer);
            r.setCode(code);
            r.setCompatibleRuntime(new String[] {"nodejs12"});
        })).see("version", 1));
        steps.add(new Step("getLayerVerion", with(new GetLayerVersionRequest(), r -> {
            r.setLayerName(layer);
            r.setVersion("1");
        })).see("layerName", layer));
        steps.add(new Step("listLayer", with(new ListLayerRequest(), r -> r.setPrefix("java-"))).see("layers.0.layerName", layer));
        steps.add(new Step("listLayerVersion", with(new ListLayerVersionRequest(), r -> r.setLayerName(layer))).see("layers.0.version", 1));
        steps.add(new Step("deleteLayerVersion", with(new DeleteLayerVersionRequest(), r -> {
            r.setLayerName(layer);
            r.setVersion("1");
        })));
        steps.add(new Step("listReservedCapacities", new ListReservedCapacitiesRequest()).see("status", 200));

        steps.add(new Step("deleteCustomDomain", new DeleteCustomDomainRequest(DOMAIN)));
        steps.add(new Step("getCustomDomain", new GetCustomDomainRequest(DOMAIN)).fail("DomainNameNotFound"));
        steps.add(new Step("deleteTrigger", new DeleteTriggerRequest(S, F, "t")));
        steps.add(new Step("deleteAlias", new DeleteAliasRequest(S, "prod")).see("status", 204));
        steps.add(new Step("deleteVersion", new DeleteVersionRequest(S, "1")).see("status", 204));
        steps.add(new Step("deleteService", new DeleteServiceRequest(S)).fail("ServiceNotEmpty"));
        steps.add(new Step("deleteFunction", new DeleteFunctionRequest(S, F)));
        steps.add(new Step("deleteService", new DeleteServiceRequest(S)));
        steps.add(new Step("getService", new GetServiceRequest(S)).fail("ServiceNotFound"));
        steps.add(new Step("close"));
        return steps;
    }

    private static CreateFunctionRequest hello(Code code) {
        return new CreateFunctionRequest(S).setFunctionName(F).setRuntime("nodejs12").setHandler("index.handler").setMemorySize(128).setCode(code);
    }

    /** What an asynchronous client is told: nothing, for its answer is awaited by the future. */
    private static final FcCallback<Object, Object> SILENT = new FcCallback<>() {
        @Override
        public void onCompleted(Object request, Object response) {}

        @Override
        public void onFailed(Object request, Exception error) {}
    };

    private static Method find(Object client, String name) {
        return rows(client).contains(name) ? Arrays.stream(client.getClass().getMethods()).filter(m -> m.getName().equals(name)).findFirst().get() : null;
    }

    private static Object play(Object client, Method method, Step step) throws Throwable {
        Object[] arguments = step.arguments;
        if (method.getParameterCount() == arguments.length + 1) {
            arguments = Arrays.copyOf(arguments, arguments.length + 1);
            arguments[arguments.length - 1] = SILENT;
        }
        try {
            Object answer = method.invoke(client, arguments);
            return answer instanceof Future ? ((Future<?>) answer).get() : answer;
        } catch (InvocationTargetException | ExecutionException wrapped) {
            throw wrapped.getCause();
        }
    }

    /** The member of a value by its getter, its index or its public field, step by step. */
    private static String member(Object value, String path) throws ReflectiveOperationException {
        for (String name : path.split("\\.")) {
            if (value.getClass().isArray()) {
                value = Array.get(value, Integer.parseInt(name));
                continue;
            }
            Method getter = value.getClass().getMethod("get" + Character.toUpperCase(name.charAt(0)) + name.substring(1));
            value = getter.invoke(value);
        }
        if (value instanceof byte[]) {
            return new String((byte[]) value, StandardCharsets.UTF_8);
        }
        return String.valueOf(value instanceof Map ? new TreeMap<>((Map<?, ?>) value) : value);
    }

    /** The code of what a client throws; each kind of exception has a getErrorCode of its own. */
    private static String codeOf(Throwable error) {
        try {
            Object code = error.getClass().getMethod("getErrorCode").invoke(error);
            return code == null ? NO_CODE : code.toString();
        } catch (ReflectiveOperationException e) {
            return error.toString();
        }
    }

    /** What is wrong with a step, or null. */
    private static String judge(Object client, Method method, Step step) {
        try {
            Object answer = play(client, method, step);
            if (step.code != null) {
                return "no error, " + step.code + " was due";
            }
            String got = step.member == null ? null : member(answer, step.member);
            return step.member == null || got.equals(step.want) ? null : step.member + " is " + got + ", not " + step.want;
        } catch (Throwable error) {
            return codeOf(error).equals(step.code) ? null : String.valueOf(error).split("\n")[0];
        }
    }

    /** The methods that a client's class declares in public. */
    private static TreeSet<String> rows(Object client) {
        TreeSet<String> names = new TreeSet<>();
        for (Method method : client.getClass().getDeclaredMethods()) {
            if (Modifier.isPublic(method.getModifiers()) && !method.isSynthetic()) {
                names.add(method.getName());
            }
        }
        return names;
    }

    private static void note(String client, String method, String result, String why) throws IOException {
        Map<String, String> row = new LinkedHashMap<>();
        row.put("client", client);
        row.put("method", method);
        row.put("result", result);
        row.put("note", why);
        Files.writeString(Path.of(System.getenv("FCEMU_RESULTS")), new Gson().toJson(row) + "\n", StandardOpenOption.APPEND);
    }

    private static void drive(String name, Way way, Object client) throws IOException {
        Map<String, String> wrong = new TreeMap<>(), refused = new TreeMap<>(), why = new TreeMap<>();
        TreeSet<String> done = new TreeSet<>();

        for (Step step : story(way)) {
            Method method = find(client, step.method);
            String found = method == null ? null : judge(client, method, step);
            if (found != null) {
                wrong.putIfAbsent(step.method, found);
            } else if (method != null && step.code == null) {
                done.add(step.method);
            } else if (method != null) {
                refused.put(step.method, step.code);
                why.put(step.method, step.why);
            }
        }
        for (String method : rows(client)) {
            String result = done.contains(method) ? "ok" : refused.containsKey(method) ? "expected " + refused.get(method) : "no step drives it";
            note(name, method + " " + way, wrong.getOrDefault(method, result), done.contains(method) ? "" : why.getOrDefault(method, ""));
        }
    }

    public static void main(String[] arguments) throws IOException {
        for (Way way : Way.values()) {
            drive("aliyun-java-sdk-fc", way, new FunctionComputeClient(way.config()));
        }
        drive("aliyun-java-sdk-fc AsyncClient", Way.BY_ADDRESS, new AsyncClient(Way.BY_ADDRESS.config())); // it uses no proxy
        System.exit(0); // the clients' connection threads would keep the process alive
    }
}
