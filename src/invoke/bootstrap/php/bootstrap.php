<?php
/*
 * Runs a PHP function: frames with the daemon over descriptor 3, user code in between.
 *
 * A frame is <length u32><kind u8><3 bytes 0><call u32> and its payload, little-endian; see src/invoke/frame.h. Runs on PHP 7.2
 * and later. Source: spec page invocation, section 8.6.
 */

namespace Fcemu;

const HEAD = 12;
const UNHANDLED = "\x02";
const READ_BYTES = 1 << 20;

/** What the handler of a package turns out to be wrong with before it is called. */
class LoadError extends \Exception
{
    public $kind;

    public function __construct(string $kind, string $message, ?\Throwable $cause = null)
    {
        parent::__construct($message, 0, $cause);
        $this->kind = $kind;
    }
}

/** $GLOBALS['fcLogger']: a line a message, as the service writes it. */
class Logger
{
    const LEVELS = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];

    public function __call(string $name, array $arguments)
    {
        $level = $name === 'warn' ? 'warning' : strtolower($name);
        if (!in_array($level, self::LEVELS, true))
            throw new \BadMethodCallException("the logger has no level '$name'");
        $this->log($level, $arguments[0] ?? '', $arguments[1] ?? []);
    }

    public function log($level, $message, array $context = [])
    {
        foreach ($context as $key => $value) {
            if (is_scalar($value) || (is_object($value) && method_exists($value, '__toString')))
                $message = str_replace('{' . $key . '}', (string)$value, (string)$message);
        }
        say(strtoupper((string)$level), (string)$message);
    }
}

function say(string $level, string $message)
{
    $now = microtime(true);
    printf("%s.%03dZ %s [%s] %s\n", gmdate('Y-m-d\TH:i:s', (int)$now), (int)(fmod($now, 1) * 1000), Runner::$requestId, $level, $message);
}

// ---- frames ----

class Channel
{
    private $in;
    private $out;

    public function __construct()
    {
        $this->in = fopen('php://fd/3', 'rb');
        $this->out = fopen('php://fd/3', 'wb');
        stream_set_read_buffer($this->in, 0);
        stream_set_write_buffer($this->out, 0);
    }

    private function exactly(int $count): string
    {
        $all = '';
        while (strlen($all) < $count) {
            $part = fread($this->in, min($count - strlen($all), READ_BYTES));
            if ($part === false || $part === '')
                exit(0);
            $all .= $part;
        }
        return $all;
    }

    public function next(): array
    {
        $head = unpack('Vlength/Ckind/x3/Vcall', $this->exactly(HEAD));
        return [chr($head['kind']), $head['call'], $head['length'] ? $this->exactly($head['length']) : ''];
    }

    public function send(string $kind, int $call, string $payload = '')
    {
        $data = pack('VCx3V', strlen($payload), ord($kind), $call) . $payload;
        while ($data !== '') {
            $sent = fwrite($this->out, $data);
            if (!$sent)
                exit(0);
            $data = $sent === strlen($data) ? '' : substr($data, $sent);
        }
    }
}

// ---- errors ----

function is_ours(array $frame): bool
{
    return isset($frame['file']) ? strpos($frame['file'], __DIR__ . '/') === 0 : false;
}

/** The trace as PHP prints it, without what is ours. */
function trace_of(\Throwable $error): string
{
    $lines = [];
    foreach ($error->getTrace() as $frame) {
        if (is_ours($frame) || strpos($frame['class'] ?? '', 'Fcemu\\') === 0)
            continue;
        $place = isset($frame['file']) ? "{$frame['file']}({$frame['line']})" : '[internal function]';
        $lines[] = '#' . count($lines) . " $place: " . ($frame['class'] ?? '') . ($frame['type'] ?? '') . $frame['function'] . '()';
    }
    $lines[] = '#' . count($lines) . ' {main}';
    return implode("\n", $lines);
}

function error_body(\Throwable $error): string
{
    $shown = $error instanceof LoadError && $error->getPrevious() ? $error->getPrevious() : $error;
    $body = [
        'errorMessage' => $error->getMessage(),
        'errorType' => $error instanceof LoadError ? $error->kind : get_class($error),
        'stackTrace' => ['file' => $shown->getFile(), 'line' => $shown->getLine(), 'traceString' => trace_of($shown)],
    ];
    if ($error instanceof LoadError && !$error->getPrevious())
        unset($body['stackTrace']);
    return json_encode($body, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_PARTIAL_OUTPUT_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE);
}

function result_text($value): string
{
    if (is_string($value))
        return $value;
    $text = json_encode($value, JSON_UNESCAPED_UNICODE);
    if ($text === false)
        throw new \RuntimeException('The result cannot be written as JSON: ' . json_last_error_msg());
    return $text;
}

/** What a call printed is in its log, though it left a buffer open. */
function print_buffered()
{
    while (ob_get_level() > 0)
        ob_end_flush();
}

// ---- user code: nothing of ours is in its scope ----

function require_file(string $file)
{
    require_once $file;
}

// ---- the life ----

class Runner
{
    public static $requestId = '';
    private $channel;
    private $load;
    private $handler;

    public function __construct(Channel $channel)
    {
        $this->channel = $channel;
    }

    private function find(string $text): callable
    {
        $dot = strrpos($text, '.');
        if (!$dot || $dot === strlen($text) - 1)
            throw new LoadError('InvalidHandlerName', "Invalid handler '$text'");
        $module = substr($text, 0, $dot);
        $name = substr($text, $dot + 1);
        $file = "{$this->load['code']}/$module.php";
        if (!is_file($file))
            throw new LoadError('ImportModuleError', "Module '$file' is missing.");
        try {
            require_file($file);
        } catch (\ParseError $e) {
            throw new LoadError('UserCodeSyntaxError', "Syntax error in module '$module': {$e->getMessage()}", $e);
        } catch (\Throwable $e) {
            throw new LoadError('UserCodeError', "Module initialization error: {$e->getMessage()}", $e);
        }
        if (!is_callable($name))
            throw new LoadError('HandlerNotFound', "Handler '$name' is missing on module '$module'");
        return $name;
    }

    private function context(array $meta): array
    {
        list($id, $secret, $token) = $meta['credentials'] ?? ['', '', ''];
        return [
            'requestId' => $meta['requestId'],
            'credentials' => ['accessKeyId' => $id, 'accessKeySecret' => $secret, 'securityToken' => $token],
            'function' => $this->load['function'] + [
                'initializer' => $this->load['initializer'],
                'initializationTimeout' => $this->load['initializationTimeout'],
            ],
            'service' => $this->load['service'],
            'region' => $this->load['region'],
            'accountId' => $this->load['accountId'],
            'retryCount' => $meta['retryCount'] ?? 0,
            'tracing' => [
                'openTracingSpanContext' => $meta['spanContext'] ?? '',
                'openTracingSpanBaggages' => $meta['spanBaggages'] ?? [],
                'jaegerEndpoint' => '',
            ],
        ];
    }

    private function load(int $call, string $payload)
    {
        $this->load = json_decode($payload, true);
        foreach ($this->load['environment'] ?? [] as $name => $value) { // it waited in reserve
            putenv("$name=$value");
            $_SERVER[$name] = $value;
        }
        chdir($this->load['code']);
        set_include_path($this->load['code'] . PATH_SEPARATOR . get_include_path());
        $this->handler = $this->find($this->load['function']['handler']);
        $this->channel->send('l', $call);
    }

    private function hook(int $call, array $meta, callable $hook)
    {
        self::$requestId = $meta['requestId'];
        $hook($this->context($meta));
        print_buffered();
        $this->channel->send('a', $call);
    }

    private function answer(int $call, string $payload)
    {
        $size = unpack('V', $payload)[1];
        $meta = json_decode(substr($payload, 4, $size), true);
        $event = substr($payload, 4 + $size);
        self::$requestId = $meta['requestId'];
        if (!isset($meta['http'])) {
            $result = ($this->handler)($event, $this->context($meta));
            print_buffered();
            $this->channel->send('a', $call, result_text($result));
            return;
        }
        require_once __DIR__ . '/psr7.php';
        list($head, $body) = answer_of(($this->handler)(request_of($meta['http'], $event), $this->context($meta)));
        print_buffered();
        $this->channel->send('h', $call, pack('V', strlen($head)) . $head . $body);
    }

    public function run(string $kind, int $call, string $payload)
    {
        try {
            switch ($kind) {
                case 'L':
                    $this->load($call, $payload);
                    break;
                case 'I':
                    $meta = json_decode($payload, true);
                    self::$requestId = $meta['requestId'];
                    $this->hook($call, $meta, $this->find($this->load['initializer']));
                    break;
                case 'K':
                    $meta = json_decode($payload, true);
                    $this->hook($call, $meta, $this->find($meta['handler']));
                    break;
                default:
                    $this->answer($call, $payload);
            }
        } catch (\Throwable $error) {
            $body = error_body($error);
            print_buffered();
            say('ERROR', $body);
            $this->channel->send('e', $call, UNHANDLED . $body);
        }
    }

    public function serve()
    {
        $this->channel->send('r', 0);
        for (;;)
            $this->run(...$this->channel->next());
    }
}

// The runtime's own classes are there only while the user's package brings none of that name.
spl_autoload_register(function (string $class) {
    if (strpos($class, 'Psr\\Http\\Message\\') === 0 || strpos($class, 'RingCentral\\Psr7\\') === 0)
        require_once __DIR__ . '/psr7.php';
});
ini_set('display_errors', 'stderr');
ini_set('log_errors', '0'); // to the same place, once more
ini_set('html_errors', '0');
$GLOBALS['fcLogger'] = new Logger();
echo "FunctionCompute php runtime inited.\n";
(new Runner(new Channel()))->serve();
