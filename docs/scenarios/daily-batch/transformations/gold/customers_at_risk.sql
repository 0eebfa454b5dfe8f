-- Customers without an invoice in ninety days.
SELECT
  customer_id,
  MAX(issued_on) AS last_invoice
FROM invoices_silver
GROUP BY customer_id
HAVING MAX(issued_on) < date_sub(current_date(), 90)
