-- Revenue of each month.
SELECT
  date_trunc('MONTH', issued_on) AS month,
  COUNT(*) AS invoices,
  SUM(total) AS revenue
FROM invoices_silver
GROUP BY date_trunc('MONTH', issued_on)
