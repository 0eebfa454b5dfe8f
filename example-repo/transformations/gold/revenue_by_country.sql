-- Revenue of each country.
SELECT
  customers.country,
  COUNT(*) AS orders,
  SUM(orders.amount) AS revenue
FROM orders_silver AS orders
JOIN customers_silver AS customers ON customers.customer_id = orders.customer_id
GROUP BY customers.country
