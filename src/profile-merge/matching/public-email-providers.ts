/** Providers that have the same name in many countries: yahoo.com, yahoo.co.jp, yahoo.fr. */
export const PUBLIC_BRANDS: ReadonlySet<string> = new Set([
  'yahoo', 'ymail', 'hotmail', 'outlook', 'live', 'gmx', 'yandex', 'googlemail', 'gmail', 'aol', 'rocketmail',
]); // prettier-ignore

/** The well-known domains of public e-mail providers, worldwide. */
export const PUBLIC_EMAIL_PROVIDERS: ReadonlySet<string> = new Set([
  // worldwide
  'gmail.com', 'googlemail.com', 'msn.com', 'passport.com', 'windowslive.com', 'myyahoo.com', 'icloud.com', 'me.com', 'mac.com', 'appleid.com',
  'aim.com', 'proton.me', 'protonmail.com', 'protonmail.ch', 'pm.me', 'gmx.net', 'mail.com', 'email.com', 'usa.com', 'tutanota.com', 'tutanota.de',
  'tuta.io', 'tuta.com', 'tutamail.com', 'keemail.me', 'fastmail.com', 'fastmail.fm', 'hey.com', 'zohomail.com', 'zohomail.eu', 'zohomail.in',
  'hushmail.com', 'hush.com', 'lycos.com', 'excite.com', 'inbox.com', 'mailfence.com', 'runbox.com', 'posteo.net', 'disroot.org', 'riseup.net',
  'duck.com', 'mozmail.com', 'simplelogin.com', 'anonaddy.com', 'mailinator.com', 'guerrillamail.com', 'yopmail.com', '10minutemail.com',
  // North America
  'comcast.net', 'xfinity.com', 'verizon.net', 'att.net', 'sbcglobal.net', 'bellsouth.net', 'pacbell.net', 'ameritech.net', 'swbell.net', 'cox.net',
  'charter.net', 'spectrum.net', 'roadrunner.com', 'rr.com', 'twc.com', 'earthlink.net', 'mindspring.com', 'juno.com', 'netzero.net', 'netzero.com',
  'optonline.net', 'optimum.net', 'frontier.com', 'frontiernet.net', 'centurylink.net', 'centurytel.net', 'q.com', 'windstream.net', 'netscape.net',
  'suddenlink.net', 'cableone.net', 'mediacombb.net', 'telus.net', 'shaw.ca', 'rogers.com', 'bell.net', 'sympatico.ca', 'videotron.ca', 'cogeco.ca',
  // United Kingdom and Ireland
  'btinternet.com', 'btopenworld.com', 'virginmedia.com', 'virgin.net', 'sky.com', 'talktalk.net', 'tiscali.co.uk', 'blueyonder.co.uk',
  'ntlworld.com', 'plusnet.com', 'plus.com', 'o2.co.uk', 'eircom.net', 'eir.ie',
  // German-speaking countries
  'web.de', 't-online.de', 'freenet.de', 'arcor.de', 'posteo.de', 'mailbox.org', 'online.de', '1und1.de', 'vodafone.de', 'kabelmail.de',
  'bluewin.ch', 'sunrise.ch', 'hispeed.ch', 'a1.net', 'aon.at', 'chello.at', 'inode.at', 'utanet.at',
  // France, Belgium, Netherlands, Luxembourg
  'orange.fr', 'wanadoo.fr', 'free.fr', 'laposte.net', 'sfr.fr', 'neuf.fr', 'bbox.fr', 'numericable.fr', 'club-internet.fr', 'aliceadsl.fr',
  'telenet.be', 'skynet.be', 'proximus.be', 'scarlet.be', 'voo.be', 'ziggo.nl', 'kpnmail.nl', 'kpnplanet.nl', 'planet.nl', 'hetnet.nl', 'xs4all.nl',
  'home.nl', 'casema.nl', 'upcmail.nl', 'chello.nl', 'quicknet.nl', 'zonnet.nl', 'pt.lu',
  // Italy, Spain, Portugal, Greece
  'libero.it', 'virgilio.it', 'tiscali.it', 'alice.it', 'tin.it', 'tim.it', 'inwind.it', 'iol.it', 'fastwebnet.it', 'email.it', 'teletu.it',
  'telefonica.net', 'terra.es', 'ono.com', 'movistar.es', 'sapo.pt', 'netcabo.pt', 'clix.pt', 'otenet.gr', 'forthnet.gr',
  // Nordic and Baltic countries
  'telia.com', 'bredband.net', 'comhem.se', 'spray.se', 'online.no', 'mail.dk', 'stofanet.dk', 'tdcadsl.dk', 'elisanet.fi', 'kolumbus.fi',
  'luukku.com', 'suomi24.fi', 'simnet.is', 'inbox.lv', 'mail.ee', 'hot.ee', 'delfi.lt',
  // Central and eastern Europe
  'wp.pl', 'o2.pl', 'onet.pl', 'onet.eu', 'interia.pl', 'interia.eu', 'op.pl', 'poczta.fm', 'tlen.pl', 'gazeta.pl', 'seznam.cz', 'email.cz',
  'centrum.cz', 'post.cz', 'volny.cz', 'atlas.cz', 'azet.sk', 'centrum.sk', 'zoznam.sk', 'freemail.hu', 'citromail.hu', 'abv.bg', 'mail.bg', 'dir.bg',
  'siol.net', 'net.hr', 'inet.hr', 'ptt.rs', 'mail.ru', 'bk.ru', 'list.ru', 'inbox.ru', 'internet.ru', 'ya.ru', 'rambler.ru', 'lenta.ru', 'autorambler.ru',
  'ukr.net', 'i.ua', 'meta.ua', 'bigmir.net', 'tut.by',
  // China, Taiwan, Hong Kong
  'qq.com', 'foxmail.com', '163.com', '126.com', 'yeah.net', 'sina.com', 'sina.cn', 'sohu.com', 'aliyun.com', 'tom.com', '21cn.com',
  '139.com', '189.cn', 'wo.cn', 'pchome.com.tw', 'hinet.net', 'netvigator.com',
  // Japan and Korea
  'docomo.ne.jp', 'ezweb.ne.jp', 'au.com', 'softbank.ne.jp', 'softbank.jp', 'ybb.ne.jp', 'nifty.com', 'biglobe.ne.jp', 'so-net.ne.jp', 'ocn.ne.jp',
  'naver.com', 'daum.net', 'hanmail.net', 'kakao.com', 'nate.com', 'korea.com',
  // South and south-east Asia, Middle East, Africa
  'rediffmail.com', 'rediff.com', 'indiatimes.com', 'sify.com', 'vsnl.net', 'vsnl.com', 'singnet.com.sg', 'starhub.net.sg', 'pacific.net.sg', 'streamyx.com',
  'walla.com', 'walla.co.il', 'bezeqint.net', '012.net.il', 'netvision.net.il', 'emirates.net.ae', 'mynet.com', 'turk.net', 'ttmail.com',
  'mweb.co.za', 'telkomsa.net', 'webmail.co.za', 'vodamail.co.za', 'iafrica.com',
  // Latin America
  'uol.com.br', 'bol.com.br', 'terra.com.br', 'ig.com.br', 'globo.com', 'oi.com.br', 'r7.com', 'prodigy.net.mx', 'fibertel.com.ar', 'arnet.com.ar',
  'speedy.com.ar', 'ciudad.com.ar', 'vtr.net', 'adinet.com.uy', 'une.net.co', 'cantv.net',
  // Australia and New Zealand
  'bigpond.com', 'bigpond.net.au', 'optusnet.com.au', 'iinet.net.au', 'tpg.com.au', 'on.net', 'ozemail.com.au', 'westnet.com.au',
  'dodo.com.au', 'xtra.co.nz', 'slingshot.co.nz', 'vodafone.co.nz', 'clear.net.nz', 'orcon.net.nz',
]); // prettier-ignore
