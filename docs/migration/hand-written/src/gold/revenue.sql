CREATE OR REFRESH MATERIALIZED VIEW revenue AS
SELECT country, SUM(amount) AS revenue
FROM LIVE.orders_clean
JOIN LIVE.customers_raw USING (customer_id)
GROUP BY country
