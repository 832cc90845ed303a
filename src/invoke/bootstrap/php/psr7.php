<?php
/*
 * Requests and responses of the HTTP form: our own, in the shape of PSR-7, so that no package is needed.
 *
 * Where the user's package brings the interfaces, ours implement those; parameters have no types, so that both versions of the
 * interfaces are met.
 */

namespace Psr\Http\Message {
    if (!interface_exists(MessageInterface::class)) {
        interface MessageInterface
        {
            public function getProtocolVersion(): string;
            public function withProtocolVersion(string $version): MessageInterface;
            public function getHeaders(): array;
            public function hasHeader(string $name): bool;
            public function getHeader(string $name): array;
            public function getHeaderLine(string $name): string;
            public function withHeader(string $name, $value): MessageInterface;
            public function withAddedHeader(string $name, $value): MessageInterface;
            public function withoutHeader(string $name): MessageInterface;
            public function getBody(): StreamInterface;
            public function withBody(StreamInterface $body): MessageInterface;
        }

        interface RequestInterface extends MessageInterface
        {
            public function getRequestTarget(): string;
            public function withRequestTarget(string $requestTarget): RequestInterface;
            public function getMethod(): string;
            public function withMethod(string $method): RequestInterface;
            public function getUri(): UriInterface;
            public function withUri(UriInterface $uri, bool $preserveHost = false): RequestInterface;
        }

        interface ServerRequestInterface extends RequestInterface
        {
            public function getServerParams(): array;
            public function getCookieParams(): array;
            public function withCookieParams(array $cookies): ServerRequestInterface;
            public function getQueryParams(): array;
            public function withQueryParams(array $query): ServerRequestInterface;
            public function getUploadedFiles(): array;
            public function withUploadedFiles(array $uploadedFiles): ServerRequestInterface;
            public function getParsedBody();
            public function withParsedBody($data): ServerRequestInterface;
            public function getAttributes(): array;
            public function getAttribute(string $name, $default = null);
            public function withAttribute(string $name, $value): ServerRequestInterface;
            public function withoutAttribute(string $name): ServerRequestInterface;
        }

        interface ResponseInterface extends MessageInterface
        {
            public function getStatusCode(): int;
            public function withStatus(int $code, string $reasonPhrase = ''): ResponseInterface;
            public function getReasonPhrase(): string;
        }

        interface StreamInterface
        {
            public function __toString(): string;
            public function close(): void;
            public function detach();
            public function getSize(): ?int;
            public function tell(): int;
            public function eof(): bool;
            public function isSeekable(): bool;
            public function seek(int $offset, int $whence = SEEK_SET): void;
            public function rewind(): void;
            public function isWritable(): bool;
            public function write(string $string): int;
            public function isReadable(): bool;
            public function read(int $length): string;
            public function getContents(): string;
            public function getMetadata(?string $key = null);
        }

        interface UriInterface
        {
            public function getScheme(): string;
            public function getAuthority(): string;
            public function getUserInfo(): string;
            public function getHost(): string;
            public function getPort(): ?int;
            public function getPath(): string;
            public function getQuery(): string;
            public function getFragment(): string;
            public function withScheme(string $scheme): UriInterface;
            public function withUserInfo(string $user, ?string $password = null): UriInterface;
            public function withHost(string $host): UriInterface;
            public function withPort(?int $port): UriInterface;
            public function withPath(string $path): UriInterface;
            public function withQuery(string $query): UriInterface;
            public function withFragment(string $fragment): UriInterface;
            public function __toString(): string;
        }
    }
}

namespace Fcemu {
    use Psr\Http\Message\MessageInterface;
    use Psr\Http\Message\RequestInterface;
    use Psr\Http\Message\ResponseInterface;
    use Psr\Http\Message\ServerRequestInterface;
    use Psr\Http\Message\StreamInterface;
    use Psr\Http\Message\UriInterface;

    /** Text in memory, or whatever PHP can read. */
    class Stream implements StreamInterface
    {
        private $handle;

        public function __construct($from = '')
        {
            $this->handle = is_resource($from) ? $from : fopen('php://temp', 'r+b');
            if (!is_resource($from) && (string)$from !== '') {
                fwrite($this->handle, (string)$from);
                rewind($this->handle);
            }
        }

        public static function of($body): StreamInterface
        {
            return $body instanceof StreamInterface ? $body : new self($body);
        }

        private function handle()
        {
            if (!$this->handle)
                throw new \RuntimeException('The stream is detached');
            return $this->handle;
        }

        public function __toString(): string
        {
            if (!$this->handle)
                return '';
            if ($this->isSeekable())
                rewind($this->handle);
            return (string)stream_get_contents($this->handle);
        }

        public function close(): void
        {
            if ($this->handle)
                fclose($this->handle);
            $this->handle = null;
        }

        public function detach()
        {
            $handle = $this->handle;
            $this->handle = null;
            return $handle;
        }

        public function getSize(): ?int
        {
            return $this->handle ? fstat($this->handle)['size'] ?? null : null;
        }

        public function tell(): int
        {
            return ftell($this->handle());
        }

        public function eof(): bool
        {
            return !$this->handle || feof($this->handle);
        }

        public function isSeekable(): bool
        {
            return $this->handle && stream_get_meta_data($this->handle)['seekable'];
        }

        public function seek($offset, $whence = SEEK_SET): void
        {
            if (fseek($this->handle(), $offset, $whence) < 0)
                throw new \RuntimeException("The stream cannot be moved to $offset");
        }

        public function rewind(): void
        {
            $this->seek(0);
        }

        public function isWritable(): bool
        {
            return $this->handle && strpbrk(stream_get_meta_data($this->handle)['mode'], 'waxc+') !== false;
        }

        public function write($string): int
        {
            return (int)fwrite($this->handle(), $string);
        }

        public function isReadable(): bool
        {
            return $this->handle && strpbrk(stream_get_meta_data($this->handle)['mode'], 'r+') !== false;
        }

        public function read($length): string
        {
            return (string)fread($this->handle(), $length);
        }

        public function getContents(): string
        {
            return (string)stream_get_contents($this->handle());
        }

        public function getMetadata($key = null)
        {
            $all = $this->handle ? stream_get_meta_data($this->handle) : [];
            return $key === null ? $all : $all[$key] ?? null;
        }
    }

    class Uri implements UriInterface
    {
        private $parts;

        public function __construct(string $text = '')
        {
            $this->parts = parse_url($text) ?: [];
        }

        private function with(string $part, $value): UriInterface
        {
            $other = clone $this;
            $other->parts[$part] = $value;
            return $other;
        }

        public function getScheme(): string
        {
            return strtolower($this->parts['scheme'] ?? '');
        }

        public function getAuthority(): string
        {
            $user = $this->getUserInfo();
            $port = $this->getPort();
            return ($user === '' ? '' : "$user@") . $this->getHost() . ($port === null ? '' : ":$port");
        }

        public function getUserInfo(): string
        {
            return ($this->parts['user'] ?? '') . (isset($this->parts['pass']) ? ':' . $this->parts['pass'] : '');
        }

        public function getHost(): string
        {
            return strtolower($this->parts['host'] ?? '');
        }

        public function getPort(): ?int
        {
            return $this->parts['port'] ?? null;
        }

        public function getPath(): string
        {
            return $this->parts['path'] ?? '';
        }

        public function getQuery(): string
        {
            return $this->parts['query'] ?? '';
        }

        public function getFragment(): string
        {
            return $this->parts['fragment'] ?? '';
        }

        public function withScheme($scheme): UriInterface
        {
            return $this->with('scheme', $scheme);
        }

        public function withUserInfo($user, $password = null): UriInterface
        {
            return $this->with('user', $user)->with('pass', $password);
        }

        public function withHost($host): UriInterface
        {
            return $this->with('host', $host);
        }

        public function withPort($port): UriInterface
        {
            return $this->with('port', $port);
        }

        public function withPath($path): UriInterface
        {
            return $this->with('path', $path);
        }

        public function withQuery($query): UriInterface
        {
            return $this->with('query', $query);
        }

        public function withFragment($fragment): UriInterface
        {
            return $this->with('fragment', $fragment);
        }

        public function __toString(): string
        {
            $authority = $this->getAuthority();
            return ($this->getScheme() === '' ? '' : $this->getScheme() . ':') . ($authority === '' ? '' : "//$authority") . $this->getPath()
                . ($this->getQuery() === '' ? '' : '?' . $this->getQuery()) . ($this->getFragment() === '' ? '' : '#' . $this->getFragment());
        }
    }

    /** What requests and responses have in common. */
    trait Message
    {
        private $headers = []; // lower-case name => [name, values]
        private $body;
        private $version = '1.1';

        private function setHeaders(array $headers)
        {
            foreach ($headers as $name => $value)
                $this->addHeader((string)$name, $value);
        }

        private function addHeader(string $name, $value)
        {
            $key = strtolower($name);
            $old = $this->headers[$key] ?? [$name, []];
            $this->headers[$key] = [$old[0], array_merge($old[1], array_map('strval', array_values((array)$value)))];
        }

        public function getProtocolVersion(): string
        {
            return $this->version;
        }

        public function withProtocolVersion($version): MessageInterface
        {
            $other = clone $this;
            $other->version = $version;
            return $other;
        }

        public function getHeaders(): array
        {
            return array_column(array_values($this->headers), 1, 0);
        }

        public function hasHeader($name): bool
        {
            return isset($this->headers[strtolower($name)]);
        }

        public function getHeader($name): array
        {
            return $this->headers[strtolower($name)][1] ?? [];
        }

        public function getHeaderLine($name): string
        {
            return implode(', ', $this->getHeader($name));
        }

        public function withHeader($name, $value): MessageInterface
        {
            return $this->withoutHeader($name)->withAddedHeader($name, $value);
        }

        public function withAddedHeader($name, $value): MessageInterface
        {
            $other = clone $this;
            $other->addHeader($name, $value);
            return $other;
        }

        public function withoutHeader($name): MessageInterface
        {
            $other = clone $this;
            unset($other->headers[strtolower($name)]);
            return $other;
        }

        public function getBody(): StreamInterface
        {
            return $this->body;
        }

        public function withBody(StreamInterface $body): MessageInterface
        {
            $other = clone $this;
            $other->body = $body;
            return $other;
        }
    }

    class Response implements ResponseInterface
    {
        use Message;

        private $status;
        private $reason;

        public function __construct($status = 200, array $headers = [], $body = null, $version = '1.1', $reason = null)
        {
            $this->status = (int)$status;
            $this->reason = (string)$reason;
            $this->version = $version;
            $this->setHeaders($headers);
            $this->body = Stream::of($body);
        }

        public function getStatusCode(): int
        {
            return $this->status;
        }

        public function withStatus($code, $reasonPhrase = ''): ResponseInterface
        {
            $other = clone $this;
            $other->status = (int)$code;
            $other->reason = $reasonPhrase;
            return $other;
        }

        public function getReasonPhrase(): string
        {
            return $this->reason;
        }
    }

    class ServerRequest implements ServerRequestInterface
    {
        use Message;

        private $method;
        private $uri;
        private $target;
        private $server;
        private $cookies = [];
        private $query = [];
        private $files = [];
        private $parsed;
        private $attributes = [];

        public function __construct($method, $uri, array $headers = [], $body = null, $version = '1.1', array $server = [])
        {
            $this->method = $method;
            $this->uri = $uri instanceof UriInterface ? $uri : new Uri($uri);
            $this->server = $server;
            $this->version = $version;
            $this->setHeaders($headers);
            $this->body = Stream::of($body);
        }

        private function with(string $member, $value): ServerRequestInterface
        {
            $other = clone $this;
            $other->$member = $value;
            return $other;
        }

        public function getRequestTarget(): string
        {
            if ($this->target !== null)
                return $this->target;
            return ($this->uri->getPath() ?: '/') . ($this->uri->getQuery() === '' ? '' : '?' . $this->uri->getQuery());
        }

        public function withRequestTarget($requestTarget): RequestInterface
        {
            return $this->with('target', $requestTarget);
        }

        public function getMethod(): string
        {
            return $this->method;
        }

        public function withMethod($method): RequestInterface
        {
            return $this->with('method', $method);
        }

        public function getUri(): UriInterface
        {
            return $this->uri;
        }

        public function withUri(UriInterface $uri, $preserveHost = false): RequestInterface
        {
            $other = $this->with('uri', $uri);
            return $preserveHost || $uri->getHost() === '' ? $other : $other->withHeader('Host', $uri->getHost());
        }

        public function getServerParams(): array
        {
            return $this->server;
        }

        public function getCookieParams(): array
        {
            return $this->cookies;
        }

        public function withCookieParams(array $cookies): ServerRequestInterface
        {
            return $this->with('cookies', $cookies);
        }

        public function getQueryParams(): array
        {
            return $this->query;
        }

        public function withQueryParams(array $query): ServerRequestInterface
        {
            return $this->with('query', $query);
        }

        public function getUploadedFiles(): array
        {
            return $this->files;
        }

        public function withUploadedFiles(array $uploadedFiles): ServerRequestInterface
        {
            return $this->with('files', $uploadedFiles);
        }

        public function getParsedBody()
        {
            return $this->parsed;
        }

        public function withParsedBody($data): ServerRequestInterface
        {
            return $this->with('parsed', $data);
        }

        public function getAttributes(): array
        {
            return $this->attributes;
        }

        public function getAttribute($name, $default = null)
        {
            return $this->attributes[$name] ?? $default;
        }

        public function withAttribute($name, $value): ServerRequestInterface
        {
            return $this->with('attributes', [$name => $value] + $this->attributes);
        }

        public function withoutAttribute($name): ServerRequestInterface
        {
            return $this->with('attributes', array_diff_key($this->attributes, [$name => 1]));
        }
    }

    function one_or_all(array $values)
    {
        return count($values) === 1 ? $values[0] : $values;
    }

    function cookies_of(ServerRequestInterface $request): array
    {
        $cookies = [];
        foreach (explode(';', $request->getHeaderLine('Cookie')) as $pair) {
            $parts = explode('=', trim($pair), 2);
            if (count($parts) === 2)
                $cookies[$parts[0]] = urldecode($parts[1]);
        }
        return $cookies;
    }

    /** The request as a handler gets it. */
    function request_of(array $http, string $body): ServerRequestInterface
    {
        $request = new ServerRequest($http['method'], 'http://' . $http['host'] . $http['requestURI'], $http['headersMap'], $body, '1.1',
            ['REMOTE_ADDR' => $http['clientIP'], 'REQUEST_METHOD' => $http['method'], 'REQUEST_URI' => $http['requestURI']]);
        $queries = array_map('Fcemu\one_or_all', $http['queriesMap']);
        $request = $request->withQueryParams($queries)->withCookieParams(cookies_of($request));
        if (strpos($request->getHeaderLine('Content-Type'), 'application/x-www-form-urlencoded') === 0) {
            parse_str($body, $form);
            $request = $request->withParsedBody($form);
        }
        $attributes = [
            'path' => $http['path'], 'queries' => $queries, 'headers' => $http['headersMap'], 'method' => $http['method'],
            'requestURI' => $http['requestURI'], 'clientIP' => $http['clientIP'],
        ];
        foreach ($attributes as $name => $value)
            $request = $request->withAttribute($name, $value);
        return $request;
    }

    /** What a handler returned, as the head of an answer and its body. */
    function answer_of($response): array
    {
        if (!$response instanceof ResponseInterface)
            throw new \UnexpectedValueException('An HTTP function returns an object with Psr\Http\Message\ResponseInterface, not '
                . (is_object($response) ? get_class($response) : gettype($response)));
        $head = ['status' => $response->getStatusCode(), 'headersMap' => (object)$response->getHeaders()];
        return [json_encode($head, JSON_UNESCAPED_UNICODE | JSON_UNESCAPED_SLASHES | JSON_INVALID_UTF8_SUBSTITUTE), (string)$response->getBody()];
    }
}

namespace RingCentral\Psr7 {
    // What the service's own runtime has; a package that brings the real one is not in its way.
    foreach (['Response' => 'Fcemu\Response', 'ServerRequest' => 'Fcemu\ServerRequest', 'Uri' => 'Fcemu\Uri', 'Stream' => 'Fcemu\Stream'] as $name => $own) {
        if (!class_exists("RingCentral\\Psr7\\$name"))
            class_alias($own, "RingCentral\\Psr7\\$name");
    }
    if (!function_exists('RingCentral\Psr7\stream_for')) {
        function stream_for($resource = '')
        {
            return \Fcemu\Stream::of($resource);
        }
    }
}
