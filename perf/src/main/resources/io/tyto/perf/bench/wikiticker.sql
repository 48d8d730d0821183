create table wikiticker as
select * from read_json('$FILE', format = 'newline_delimited', columns = {
  'time': 'timestamp', 'channel': 'varchar', 'cityName': 'varchar', 'comment': 'varchar', 'countryIsoCode': 'varchar',
  'countryName': 'varchar', 'isAnonymous': 'boolean', 'isMinor': 'boolean', 'isNew': 'boolean', 'isRobot': 'boolean',
  'isUnpatrolled': 'boolean', 'metroCode': 'integer', 'namespace': 'varchar', 'page': 'varchar', 'regionIsoCode': 'varchar',
  'regionName': 'varchar', 'user': 'varchar', 'delta': 'bigint', 'added': 'bigint', 'deleted': 'bigint'})
