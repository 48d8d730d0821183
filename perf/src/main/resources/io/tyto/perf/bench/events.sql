create table events as
select epoch_ms(ts) as ts, * exclude (ts)
from read_json('$FILE', format = 'newline_delimited', columns = {
  'ts': 'bigint', 'event_type': 'varchar', 'user_id': 'bigint', 'country': 'varchar', 'platform': 'varchar',
  'app_version': 'varchar', 'server_id': 'integer', 'item_id': 'integer', 'channel': 'varchar', 'is_paying': 'boolean',
  'level': 'integer', 'score': 'bigint', 'duration_ms': 'integer', 'amount': 'decimal(18,2)', 'session_id': 'uuid',
  'referrer': 'varchar'})
