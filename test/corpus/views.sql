CREATE OR REFRESH MATERIALIZED VIEW `daily totals` (day DATE COMMENT 'from the order', total DECIMAL(10, 2))
CLUSTER BY (day)
AS WITH base AS (SELECT day, amount FROM orders_clean), 2nd AS (SELECT * FROM BASE)
SELECT day, sum(amount) AS total FROM 2nd GROUP BY ALL;

CREATE OR REPLACE MATERIALIZED VIEW ${catalog}.gold.top_customers
SCHEDULE EVERY 1 HOUR
AS SELECT c.*, rank() OVER (PARTITION BY c.country ORDER BY t.total DESC) AS place
   FROM `main`.`gold`.`totals` t
   LEFT OUTER JOIN LATERAL (SELECT * FROM customers x WHERE x.id = t.customer_id LIMIT 1) c
   WHERE t.day NOT IN (SELECT day FROM holidays) AND trim(BOTH ' ' FROM c.name) <> ''
   QUALIFY place <= 10;

CREATE TEMPORARY VIEW recent_orders AS TABLE orders_clean;

CREATE PRIVATE MATERIALIZED VIEW hidden AS
SELECT * FROM recent_orders PIVOT (sum(amount) FOR day IN ('2026-01-01', '2026-01-02'));
