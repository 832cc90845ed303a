<?php
// Three tests against a daemon of their own: fcemu exec --seeds s.yaml -- php test.php

require __DIR__ . '/Prices.php';

const ENDPOINT = 'https://1234567890123456.cn-shanghai.fc.aliyuncs.com'; // led to fcemu, whose certificate is verified

function check(string $what, $found, $expected): void
{
    if ($found !== $expected) {
        fwrite(STDERR, "not ok  $what: " . var_export($found, true) . ', not ' . var_export($expected, true) . "\n");
        exit(1);
    }
    echo "ok  $what\n";
}

/** The control side of fcemu: rules are added, calls looked at. */
function control(string $method, string $path, string $yaml = ''): array
{
    $call = curl_init('http://' . getenv('FCEMU_ADDRESS') . "/_fcemu$path");
    curl_setopt_array($call, [
        CURLOPT_CUSTOMREQUEST => $method,
        CURLOPT_POSTFIELDS => $yaml,
        CURLOPT_HTTPHEADER => ['Content-Type: application/yaml'],
        CURLOPT_RETURNTRANSFER => true,
        CURLOPT_FAILONERROR => true,
    ]);
    $answer = curl_exec($call);
    if ($answer === false)
        throw new RuntimeException(curl_error($call));
    return (array) json_decode($answer, true);
}

$prices = new Prices(ENDPOINT, pauseMs: 10);

check('an order has a price', $prices->total(['tea' => 2, 'cup' => 1]), '15.99');

try {
    $prices->total(['beer' => 1]);
    $said = 'nothing';
} catch (RuntimeException $problem) {
    $said = $problem->getMessage();
}
check('what nobody sells is said', $said, 'nobody sells beer');

control('POST', '/faults/rules', '{id: busy, match: {function: price}, when: {calls: {first: 2}}, do: {error: ResourceThrottled}}');
check('throttling is waited out', $prices->total(['tea' => 1]), '3.50');
check('by three calls', array_slice(array_column(control('GET', '/requests')['requests'], 'status'), -3), [503, 503, 200]);
