<?php
// Asks the function for prices, by its real name. Throttling is waited out; a function's own error is not repeated.

class Prices
{
    const ATTEMPTS = 4;
    const WORTH_A_RETRY = [429, 503];

    public function __construct(private string $endpoint, private int $pauseMs = 200)
    {
    }

    public function total(array $items): string
    {
        for ($attempt = 0; ; $attempt++) {
            [$status, $failed, $body] = $this->invoke(json_encode(['items' => $items]));
            if ($status === 200 && !$failed)
                return json_decode($body, true)['total'];
            if (!in_array($status, self::WORTH_A_RETRY, true) || $attempt === self::ATTEMPTS - 1)
                throw new RuntimeException(json_decode($body, true)['errorMessage'] ?? "status $status");
            usleep($this->pauseMs * 1000 * 2 ** $attempt);
        }
    }

    private function invoke(string $event): array
    {
        $failed = false;
        $call = curl_init("$this->endpoint/2023-03-30/functions/price/invocations");
        curl_setopt_array($call, [
            CURLOPT_POSTFIELDS => $event,
            CURLOPT_RETURNTRANSFER => true,
            CURLOPT_HEADERFUNCTION => function ($call, $line) use (&$failed) {
                $failed = $failed || stripos($line, 'X-Fc-Error-Type:') === 0;
                return strlen($line);
            },
        ]);
        $body = curl_exec($call);
        if ($body === false)
            throw new RuntimeException(curl_error($call));
        return [curl_getinfo($call, CURLINFO_HTTP_CODE), $failed, $body];
    }
}
