// How a client reaches the daemon; by name it is constructed with region, account and keys alone, and goes through the proxy.

import com.aliyuncs.fc.config.Config;

enum Way {
    BY_ADDRESS("by address", false),
    BY_NAME("by name", false),
    BY_NAME_OVER_HTTPS("by name over HTTPS", true);

    private final String text;
    private final boolean secure;

    Way(String text, boolean secure) {
        this.text = text;
        this.secure = secure;
    }

    Config config() {
        Config config = new Config("cn-shanghai", "16530750", "LTAI-test", "secret", null, secure);
        return this == BY_ADDRESS ? config.setEndpoint("http://127.0.0.1:" + System.getenv("FCEMU_PORT")) : config;
    }

    @Override
    public String toString() {
        return text;
    }
}
