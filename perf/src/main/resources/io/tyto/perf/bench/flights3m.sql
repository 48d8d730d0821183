create table flights3m as
select * from read_csv('$FILE', header = true, columns = {
  'date': 'timestamp', 'delay': 'integer', 'distance': 'integer', 'origin': 'varchar', 'destination': 'varchar'})
