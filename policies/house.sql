-- Room: house. Who may do what.
--
--   personal_data: everybody reads what is held about people, why, how long, and who sees it. It holds nobody's data.

grant execute on function private.personal_data() to anon, authenticated, agent;
grant execute on function public.personal_data() to anon, authenticated, agent;
