-- Orders, as they arrive.
CREATE OR REFRESH STREAMING TABLE orders_raw
COMMENT 'Orders: select from the landing zone, join nothing'
TBLPROPERTIES ('quality' = 'bronze', "source" = "shop")
AS SELECT * FROM STREAM read_files('/Volumes/main/landing/orders', format => 'json');

CREATE OR REFRESH STREAMING TABLE orders_clean (
  CONSTRAINT valid_id EXPECT (id IS NOT NULL) ON VIOLATION DROP ROW,
  CONSTRAINT valid_day EXPECT (day > '2020-01-01') ON VIOLATION FAIL UPDATE,
  CONSTRAINT cheap EXPECT (amount < 1000)
)
PARTITIONED BY (day)
AS SELECT id, day, amount FROM STREAM(orders_raw) WHERE amount IS NOT NULL;

create streaming table if not exists Orders_Joined as
select o.*, c.name from stream orders_clean o inner join main.crm.customers c on o.customer = c.id;
