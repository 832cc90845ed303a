/* The variables that bring a program's clients here without a change to it. */
#include <stdio.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cli/verbs.h"
#include "crypto/ca.h"

/*
 * Node.js clients ask no proxy of the environment, so they are led by name: a module, loaded before
 * the program, that connects the emulated names to the daemon. Host and server name stay.
 */
/* clang-format off */
static const char NODE_NAMES[] =
    "// Written by fcemu, for programs started with NODE_OPTIONS=--require: connections to the names\n"
    "// that it serves end at FCEMU_ADDRESS. Nothing else about them is changed.\n"
    "'use strict';\n"
    "\n"
    "const net = require('net');\n"
    "\n"
    "const where = process.env.FCEMU_ADDRESS || '127.0.0.1:8252';\n"
    "const [, address, port] = /^\\[?(.*?)\\]?:(\\d+)$/.exec(where) || [];\n"
    "const served = /\\.(aliyuncs\\.com|fcapp\\.run|devsapp\\.net|functioncompute\\.com)$/i;\n"
    "const { connect } = net.Socket.prototype;\n"
    "\n"
    "net.Socket.prototype.connect = function (...args) {\n"
    "  const options = Array.isArray(args[0]) ? args[0][0] : args[0];\n"
    "\n"
    "  if (port && options && typeof options === 'object' && served.test(options.host)) {\n"
    "    const family = net.isIP(address) || 4;\n"
    "    options.port = Number(port);\n"
    "    options.lookup = (name, how, done) =>\n"
    "      process.nextTick(done, null, how.all ? [{ address, family }] : address, family);\n"
    "  }\n"
    "  return connect.apply(this, args);\n"
    "};\n";
/* clang-format on */

static const char *const languages[] = {"shell", "node", "python", "go", "java", "terraform"};

/* What each language reads; the names in braces are those of `places` below. */
static const struct env_row {
    const char *language;
    const char *name;
    const char *value;
} env_rows[] = {
    {"any",       "HTTP_PROXY",                "http://{a}"              },
    {"any",       "HTTPS_PROXY",               "http://{a}"              },
    {"any",       "http_proxy",                "http://{a}"              },
    {"any",       "https_proxy",               "http://{a}"              },
    {"any",       "NO_PROXY",                  "localhost,127.0.0.1,::1" },
    {"any",       "CURL_CA_BUNDLE",            "{bundle}"                },
    {"any",       "SSL_CERT_FILE",             "{bundle}"                },
    {"any",       "FCEMU_ADDRESS",             "{a}"                     },
    {"node",      "NODE_EXTRA_CA_CERTS",       "{ca}"                    },
    {"node",      "NODE_OPTIONS",              "--require \"{names}\""   },
    {"python",    "REQUESTS_CA_BUNDLE",        "{bundle}"                },
    {"java",      "JAVA_TOOL_OPTIONS",
     "-Dhttp.proxyHost={host} -Dhttp.proxyPort={port} -Dhttps.proxyHost={host} "
     "-Dhttps.proxyPort={port} -Djavax.net.ssl.trustStore=\"{keystore}\""},
    {"terraform", "FC_ENDPOINT",               "{a}"                     },
    {"terraform", "ALIBABA_CLOUD_ENDPOINT_FC", "{a}"                     },
};

struct place {
    const char *name;
    struct str value;
};

enum { PLACES = 7 };

static void add_value(struct buf *out, const char *pattern, const struct place places[PLACES])
{
    struct str rest = str_of(pattern);

    while (rest.len) {
        size_t i = 0;

        while (i < PLACES && !str_starts(rest, str_of(places[i].name)))
            i++;
        if (i == PLACES)
            buf_add_char(out, rest.ptr[0]);
        else
            buf_add(out, places[i].value);
        rest = str_slice(rest, i == PLACES ? 1 : strlen(places[i].name), rest.len);
    }
}

static bool is_language(const char *language)
{
    for (size_t i = 0; i < N_ELEMENTS(languages); i++)
        if (strcmp(languages[i], language) == 0)
            return true;
    return false;
}

/* Host and port of an address; the brackets of IPv6 stay, as Java wants them. */
static bool split(const char *address, struct str *host, struct str *port)
{
    const char *colon = strrchr(address, ':');

    if (!colon || colon == address || !colon[1] || str_starts(str_of(address), STR("unix:")))
        return false;
    *host = (struct str){address, (size_t)(colon - address)};
    *port = str_of(colon + 1);
    return true;
}

static void print_rows(const char *language, const struct place places[PLACES], cJSON *json)
{
    for (size_t i = 0; i < N_ELEMENTS(env_rows); i++) {
        OWN(buf_done) struct buf value = {0};

        if (language && strcmp(env_rows[i].language, "any") != 0 &&
            strcmp(env_rows[i].language, language) != 0)
            continue;
        add_value(&value, env_rows[i].value, places);
        if (json)
            cJSON_AddStringToObject(json, env_rows[i].name, buf_text(&value));
        else
            printf("export %s='%s'\n", env_rows[i].name, buf_text(&value));
    }
}

static const char *address_of(const struct cli_args *args)
{
    const char *address = cli_value(args, "address");

    if (!address)
        address = getenv("FCEMU_ADDRESS");
    return address && address[0] ? address : "127.0.0.1:8252";
}

int verb_env(const struct cli_args *args)
{
    const char *language = args->count ? args->positional[0] : NULL;
    const char *address = address_of(args);
    OWN(ca_free) struct ca *ca = NULL;
    OWN(mem_free) char *bundle = NULL;
    OWN(mem_free) char *keystore = NULL;
    OWN(mem_free) char *names = NULL;
    struct error err = {0};
    struct str host;
    struct str port;

    if (language && !is_language(language))
        return cli_usage(args, "'%s' is not one of shell, node, python, go, java, terraform",
                         language);
    if (!split(address, &host, &port))
        return cli_usage(args, "address '%s' is not HOST:PORT; name one with --address", address);
    int r = cli_open_ca(args, &ca);

    if (r != 0)
        return r;
    if (ca_bundle(ca, &bundle, &err) < 0 || ca_keystore(ca, &keystore, &err) < 0 ||
        ca_file(ca, "node-names.cjs", str_of(NODE_NAMES), &names, &err) < 0)
        return cli_usage(args, "%s", err.text);
    const struct place places[PLACES] = {
        {"{a}",        str_of(address)    },
        {"{host}",     host               },
        {"{port}",     port               },
        {"{ca}",       str_of(ca_path(ca))},
        {"{bundle}",   str_of(bundle)     },
        {"{keystore}", str_of(keystore)   },
        {"{names}",    str_of(names)      },
    };
    cJSON *json = cli_has(args, "json") ? cJSON_CreateObject() : NULL;

    print_rows(language, places, json);
    if (json)
        cli_print_json(json);
    return EXIT_CODE_PASS;
}
