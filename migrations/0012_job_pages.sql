-- What owners see of background work and mail.

-- When a mail server took the job's mail, and for which address. None of a job that is done: there was nothing to send
-- any more.
alter table jobs add column sent_at timestamptz;
alter table jobs add column sent_to text;
-- An owner threw the job away; this is what it was before. The row stays, so that no schedule writes it anew, and so
-- that it can be taken back.
alter table jobs add column discarded_from text check (discarded_from in ('waiting', 'dead'));

create index jobs_in_order on jobs (state, created_at desc, id desc);
create index jobs_of_mails on jobs (created_at desc, id desc) where kind like 'mail.%' or kind = 'channel.message';
create index jobs_of_tests on jobs (created_at desc, id desc) where kind = 'mail.test';
