begin;
set local search_path = public, extensions;
select plan(29);

-- Every address that a leader may have before her leads to the same video.
select is(private.vimeo_video(address), array['76979871', hash], why) from (values
  ('https://vimeo.com/76979871', null, 'The page of a video'),
  ('http://www.vimeo.com/76979871', null, 'also without encryption and with www'),
  ('vimeo.com/76979871', null, 'or typed by hand'),
  ('  https://vimeo.com/76979871/  ', null, 'Spaces and a slash around it are fine'),
  ('https://vimeo.com/76979871?share=copy', null, 'and so is what the Share button adds'),
  ('https://vimeo.com/76979871#t=90s', null, 'or the second at which it begins'),
  ('https://vimeo.com/76979871/8272103f6e', '8272103f6e', 'An unlisted video carries its hash'),
  ('https://vimeo.com/76979871/8272103f6e?share=copy&fl=sv', '8272103f6e', 'with whatever follows'),
  ('https://vimeo.com/76979871?h=8272103f6e', '8272103f6e', 'also as a question'),
  ('https://player.vimeo.com/video/76979871', null, 'The player'),
  ('https://player.vimeo.com/video/76979871?h=8272103f6e', '8272103f6e', 'and the player of an unlisted one'),
  ('https://player.vimeo.com/video/76979871?badge=0&h=8272103f6e&dnt=1', '8272103f6e', 'wherever the hash stands'),
  ('//player.vimeo.com/video/76979871', null, 'or without a scheme, as old pages have it'),
  ('https://vimeo.com/channels/staffpicks/76979871', null, 'In a channel'),
  ('https://vimeo.com/groups/wdai/videos/76979871', null, 'in a group'),
  ('https://vimeo.com/showcase/4711/video/76979871', null, 'in a showcase'),
  ('https://vimeo.com/showcase/4711/video/76979871?h=8272103f6e', '8272103f6e', 'with its hash'),
  ('https://vimeo.com/album/4711/video/76979871', null, 'in an album, as showcases were called'),
  ('https://vimeo.com/manage/videos/76979871', null, 'The page where she edits it'),
  ('https://vimeo.com/manage/videos/76979871/8272103f6e', '8272103f6e', 'of an unlisted one'),
  ('https://vimeo.com/manage/videos/76979871/8272103f6e/privacy', '8272103f6e', 'and its settings'),
  ('<iframe title="x" src="https://player.vimeo.com/video/76979871?h=8272103f6e&amp;badge=0" width="640"></iframe>', '8272103f6e',
   'The code to embed it')) as known (address, hash, why);

-- What leads elsewhere is no video.
select is(private.vimeo_video(address), null, why) from (values
  ('https://www.youtube.com/watch?v=76979871', 'Another site is not Vimeo'),
  ('https://vimeo.com.evil.example/76979871', 'nor one that begins like it'),
  ('https://evil.example/vimeo.com/76979871', 'nor one that has it in its path'),
  ('https://evilvimeo.com/76979871', 'nor one that ends like it'),
  ('https://vimeo.com/wdai', 'A person''s page is no video'),
  ('javascript:alert(1)//vimeo.com/76979871', 'A script is none'),
  ('', 'Nothing is none')) as strange (address, why);

select * from finish();
rollback;
