<?php
// What an order costs: {"items": {"tea": 2}} → {"total": "7.00"}.

const CENTS = ['tea' => 350, 'cup' => 899];

function handler($event, $context)
{
    $order = json_decode($event, true);
    if (!is_array($order['items'] ?? null))
        throw new InvalidArgumentException('an order has items');
    $total = 0;
    foreach ($order['items'] as $name => $count)
        $total += (CENTS[$name] ?? throw new OutOfBoundsException("nobody sells $name")) * $count;
    $GLOBALS['fcLogger']->info("{$context['function']['name']}: $total cents");
    return json_encode(['total' => sprintf('%d.%02d', intdiv($total, 100), $total % 100)]);
}
