/** One company or two? Each row: names that one company can have, "=" before the second; or that two have, "≠" before it. */
export const NAMES_BY_COUNTRY: Readonly<Record<string, readonly string[]>> = {
  'United States': [
    'Fairmont Inc. = Fairmont, Incorporated', 'Fairmont Corp = Fairmont Corporation', 'Fairmont LLC = Fairmont L.L.C.', 'Fairmont LLC = Fairmont Limited Liability Company', 'Fairmont LLP = Fairmont',
    'Fairmont & Sons = Fairmont and Sons', 'Fairmont™ Inc = Fairmont', 'Fairmont (AGR-1234) = Fairmont Inc', 'FAIRMONT, INC. = Fairmont Inc', 'Fairmont (TM) LLC = Fairmont® LLC',
    'Fairmont LLP ≠ Fairmont LP', 'Fairmont LLC ≠ Fairmont PLLC', 'Fairmont Inc ≠ Fairmont LLC', 'Fairmont Inc ≠ Fairmont Corp', 'Fairmont Co ≠ Fairmont Inc', 'Fairmont LP ≠ Fairmont LLLP', 'Fairmont P.C. ≠ Fairmont P.A.',
    'Fairmont (US-123) ≠ Fairmont (UK-123)', 'Fairmont (EIN 12-3456789) ≠ Fairmont (EIN 98-7654321)', 'Fairmont LLC (CUST-10001) ≠ Fairmont LLC (CUST-10002)', 'Fairmont Sci ≠ Fairmont', 'Fairmont SF ≠ Fairmont', 'Fairmont KY ≠ Fairmont',
  ],
  'United Kingdom and Ireland': [
    'Fairmont Ltd = Fairmont Limited', 'Fairmont PLC = Fairmont p.l.c.', 'Fairmont Cyf = Fairmont Cyfyngedig', 'Fairmont CIC = Fairmont Community Interest Company', 'Fairmont DAC = Fairmont Designated Activity Company',
    'Fairmont Teoranta = Fairmont Ltd', 'O’Hara Ltd = O\'Hara Limited',
    'Fairmont Ltd ≠ Fairmont PLC', 'Fairmont LLP ≠ Fairmont Ltd', 'Fairmont CIC ≠ Fairmont Ltd', 'Fairmont DAC ≠ Fairmont Ltd', 'Fairmont CLG ≠ Fairmont PLC', 'Fairmont (UK) Ltd ≠ Fairmont Ltd', 'Fairmont (No. 2) Ltd ≠ Fairmont Ltd',
    'Fairmont (PropCo-2) Ltd ≠ Fairmont (PropCo-3) Ltd', 'Fairmont (Co. No. 01234567) ≠ Fairmont (Co. No. 01234568)', 'Fairmont (REIT-2) ≠ Fairmont (REIT-3)', 'Fairmont (VAT-123456789) ≠ Fairmont (VAT-987654321)',
  ],
  'Australia and New Zealand': [
    'Fairmont Pty Ltd = Fairmont (Pty) Ltd.', 'Fairmont Pty Ltd = Fairmont Proprietary Limited', 'Fairmont P/L = Fairmont Pty Ltd', 'Fairmont Pty Ltd = Fairmont Ltd', 'Fairmont Pty Limited (ABN 51000000001) = Fairmont',
    'Fairmont (ABN 51000000001) ≠ Fairmont (ABN 53000000002)', 'Fairmont Pty Ltd ≠ Fairmont Pte Ltd', 'Fairmont Pty Ltd ≠ Fairmont Inc', 'Fairmont (ACN-123456) Pty Ltd ≠ Fairmont (ACN-123457) Pty Ltd', 'Fairmont (NZBN 9429000000001) ≠ Fairmont (NZBN 9429000000018)',
  ],
  Canada: ['Fairmont Ltée = Fairmont Limitée', 'Fairmont Ltée = Fairmont Ltd', 'Fairmont Inc. = Fairmont Incorporée', 'Fairmont S.E.N.C.R.L. = Fairmont SENCRL', 'Fairmont ULC ≠ Fairmont Ltd', 'Fairmont Inc ≠ Fairmont Ltée', 'Fairmont S.E.N.C. ≠ Fairmont S.E.N.C.R.L.'],
  'South Africa': ['Fairmont (Pty) Ltd = Fairmont (Edms) Bpk', 'Fairmont Bpk = Fairmont Beperk', 'Fairmont Close Corporation ≠ Fairmont (Pty) Ltd', 'Fairmont (NPC) ≠ Fairmont (Pty) Ltd', 'Fairmont (RF) Ltd ≠ Fairmont Inc'],
  'India and Pakistan': [
    'Fairmont Pvt Ltd = Fairmont Private Limited', 'Fairmont (P) Ltd = Fairmont Pvt. Ltd.', 'Fairmont Private Limited = Fairmont', 'Fairmont OPC Pvt Ltd = Fairmont (OPC) Private Limited', 'Fairmont (Pvt) Ltd = Fairmont (Private) Limited',
    'Fairmont Pvt Ltd ≠ Fairmont Pte Ltd', 'Fairmont Pvt Ltd ≠ Fairmont Ltd', 'Fairmont Pvt Ltd ≠ Fairmont LLP', 'Fairmont (SMC-Private) Limited ≠ Fairmont (Private) Limited', 'Fairmont (GSTIN 29ABCDE1234F1Z5) ≠ Fairmont (GSTIN 27ABCDE1234F1Z9)', 'Fairmont (OPC) Private Limited ≠ Fairmont Private Limited',
  ],
  'Singapore, Malaysia, Indonesia': [
    'PT Fairmont Indah = PT Fairmont Indah (Persero)', 'PT Fairmont Indah (Persero) ≠ PT Fairmont Indah Tbk', 'PT Fairmont Indah (Persero) Tbk ≠ PT Fairmont Indah (Persero)',
    'Fairmont Pte Ltd = Fairmont Pte. Limited', 'Fairmont Sdn Bhd = Fairmont Sendirian Berhad', 'Fairmont Bhd = Fairmont Berhad', 'PT Fairmont Indah Tbk = Fairmont Indah', 'PT Fairmont Indah Tbk = Fairmont Indah Tbk', 'PT. Fairmont Indah ≠ CV Fairmont Indah', 'PT Fairmont Indah = Fairmont Indah', 'Perseroan Terbatas Fairmont ≠ Fairmont Pte Ltd',
    'Fairmont Sdn Bhd ≠ Fairmont Bhd', 'Fairmont Pte Ltd ≠ Fairmont Ltd', 'Fairmont PT ≠ Fairmont', 'PT Fairmont Indah ≠ PT Fairmont Jaya', 'Fairmont PLT ≠ Fairmont Sdn Bhd', 'Fairmont Pte Ltd (UEN 201912345K) ≠ Fairmont Pte Ltd (UEN 201912346K)',
  ],
  'Thailand, Vietnam': [
    'Công ty TNHH MTV Fairmont = Công ty TNHH một thành viên Fairmont', 'Công ty TNHH MTV Fairmont = Fairmont', 'Công ty TNHH Fairmont ≠ Công ty TNHH MTV Fairmont', 'Cong ty TNHH Fairmont ≠ Cong ty TNHH MTV Fairmont', 'Công ty trách nhiệm hữu hạn Fairmont ≠ Công ty trách nhiệm hữu hạn một thành viên Fairmont',
    'บริษัท แฟร์มอนต์ จำกัด = แฟร์มอนต์', 'บริษัทแฟร์มอนต์จำกัด = บริษัท แฟร์มอนต์ จำกัด', 'บริษัท แฟร์มอนต์ จำกัด (มหาชน) = บมจ. แฟร์มอนต์', 'Công ty TNHH Fairmont = Fairmont', 'Công ty Cổ phần Fairmont = Fairmont JSC', 'Cong ty TNHH Fairmont = Công ty TNHH Fairmont',
    'บริษัท แฟร์มอนต์ จำกัด ≠ บริษัท แฟร์มอนต์ จำกัด (มหาชน)', 'Công ty TNHH Fairmont ≠ Công ty Cổ phần Fairmont', 'หจก. แฟร์มอนต์ ≠ บจก. แฟร์มอนต์', 'Fairmont Co., Ltd. ≠ Fairmont PCL',
  ],
  Germany: [
    'Nordwind eV = NORDWIND EV', 'NORDWIND EV = Nordwind e.V.', 'NORDWIND EK = Nordwind e.K.', 'Nordwind eG = Nordwind EG', 'Nordwind e. G. = NORDWIND EG', 'NORDWIND EV ≠ Nordwind eG', 'NORDWIND EK ≠ NORDWIND EG', 'RIVIAN EV ≠ Rivian', 'RIVIAN EV = Rivian EV',
    'Nordwind GmbH = Nordwind Gesellschaft mit beschränkter Haftung', 'Nordwind GmbH = Nordwind G.m.b.H.', 'Nordwind GmbH & Co. KG = Nordwind GmbH und Co. KG', 'Nordwind GmbH & Co.KG = Nordwind GmbH & Co. KG', 'Nordwind UG (haftungsbeschränkt) = Nordwind UG', 'Nordwind AG = Nordwind Aktiengesellschaft',
    'Nordwind e.K. = Nordwind e. K.', 'Nordwind eK = Nordwind e.K.', 'Nordwind eG = Nordwind eingetragene Genossenschaft', 'Nordwind eV ≠ Nordwind eG', 'Nordwind EV ≠ Nordwind', 'Nordwind e.K. = Nordwind e.Kfr.', 'Nordwind GbR = Nordwind', 'Nordwind SE = Nordwind Societas Europaea', 'Nordwind e.V. = Nordwind eingetragener Verein', 'NORDWIND KGAA = Nordwind KGaA', 'Nordwind mbH = Nordwind GmbH', 'Nordwind PartG mbB = Nordwind PartGmbB', '„Nordlicht“ GmbH = ‚Nordlicht‘ GmbH', '‹Nordlicht› = "Nordlicht"', '\'Nordlicht\' = Nordlicht', '»Nordlicht« GmbH = Nordlicht', '½ Preis GmbH = 1/2 Preis GmbH', 'GROẞMANN GmbH = Großmann GmbH', 'Nordwind GmbH (HRB 10412) = Nordwind GmbH', 'Nordwind—Süd = Nordwind-Süd', 'Nordwind\u200b GmbH = Nordwind GmbH',
    'Acme KG ≠ Acme e.K.', 'Acme KG ≠ Acme OHG', 'Acme KG ≠ Acme KGaA', 'Acme GmbH ≠ Acme GmbH & Co. KG', 'Acme GmbH ≠ Acme gGmbH', 'Acme GmbH ≠ Acme UG', 'Acme AG & Co. KG ≠ Acme GmbH & Co. KG', 'Acme GmbH & Co. KGaA ≠ Acme GmbH & Co. KG', 'Acme e.V. ≠ Acme e.G.', 'Acme GbR ≠ Acme eGbR', 'Acme GbR ≠ Acme OHG', 'Acme PartG ≠ Acme PartG mbB', 'Weiß GmbH ≠ Weiss GmbH', 'Nordwind GmbH (HRB 10412) ≠ Nordwind GmbH (HRB 10413)', 'Bäckerei Nord (Filiale-12) ≠ Bäckerei Nord (Filiale-13)', 'Nordwind (DE123456789) ≠ Nordwind (FR12345678901)', 'Nordwind (Werk-2) ≠ Nordwind (Werk-3)', '1½ Preis ≠ 11/2 Preis', 'Müller & Co ≠ Müller', 'Müller und Co. ≠ Müller', 'Müller GmbH ≠ Muller GmbH', 'Nordwind GmbH ≠ Nordwind AG',
  ],
  Austria: ['Acme eU = ACME EU', 'Acme EU ≠ Acme', 'ACME EU ≠ ACME UK', 'Edelweiß Ges.m.b.H. = Edelweiß GmbH', 'Acme OG = Acme Offene Gesellschaft', 'Acme e.U. = Acme', 'Acme FlexCo = Acme Flexible Kapitalgesellschaft', 'Acme OG ≠ Acme KG', 'Acme e.U. ≠ Acme GmbH', 'Acme FlexCo ≠ Acme GmbH', 'Acme GmbH (FN 123456a) ≠ Acme GmbH (FN 123457b)'],
  Switzerland: ['Acme Sàrl = Acme S.à r.l.', 'Acme Sagl = Acme S.a.g.l.', 'Acme AG = Acme Aktiengesellschaft', 'Acme AG ≠ Acme SA', 'Acme GmbH ≠ Acme Sàrl', 'Acme AG ≠ Acme GmbH', 'Acme (CHE-123.456.789) ≠ Acme (CHE-123.456.780)'],
  France: [
    'Fairmont SARL = Fairmont S.A.R.L.', 'Fairmont SARL = SARL Fairmont', 'SAS Fairmont = Fairmont S.A.S.', 'SA Fairmont = Fairmont', 'Fairmont SA = Fairmont Société Anonyme', 'Fairmont SCI = Fairmont SCI', 'SCI Fairmont = Fairmont', 'Fairmont SASU = Fairmont', 'L’Étoile SAS = L\'Étoile', 'SAS Institute = SAS Institute Inc.',
    'Fairmont SARL ≠ Fairmont EURL', 'Fairmont SAS ≠ Fairmont SASU', 'Fairmont SAS ≠ Fairmont SARL', 'Fairmont SA ≠ Fairmont SAS', 'Fairmont SNC ≠ Fairmont SCI', 'Fairmont SCA ≠ Fairmont SCS', 'Fairmont SELARL ≠ Fairmont SARL', 'L’Étoile ≠ L’Etoile', 'Fairmont (Succursale-2) ≠ Fairmont (Succursale-3)', 'Fairmont (SIRET-12345678900012) ≠ Fairmont (SIRET-12345678900020)', 'Dupont et Cie ≠ Dupont', 'Dupont & Co ≠ Dupont & Cie', 'SAS Institute ≠ Institute Inc.',
  ],
  'Belgium, Netherlands, Luxembourg': [
    'Fairmont BV = Fairmont B.V.', 'N.V. Fairmont = Fairmont NV', 'Fairmont NV/SA = Fairmont SA', 'Fairmont NV/SA = Fairmont N.V.', 'Fairmont VOF = Fairmont Vennootschap onder firma', 'Fairmont S.à r.l. = Fairmont SARL', 'Fairmont VZW = Fairmont v.z.w.', 'Fairmont BV/SRL = Fairmont SRL', 'Fairmont C.V. = Fairmont Commanditaire Vennootschap',
    'Fairmont BV ≠ Fairmont NV', 'Fairmont NV ≠ Fairmont SA', 'Fairmont BV ≠ Fairmont SRL', 'Fairmont BVBA ≠ Fairmont SPRL', 'Fairmont BV ≠ Fairmont BVBA', 'Fairmont S.C.A. ≠ Fairmont S.C.S.', 'Fairmont VZW ≠ Fairmont BV', 'Fairmont BV (KvK 12345678) ≠ Fairmont BV (KvK 12345679)', 'Fairmont S.à r.l.-S ≠ Fairmont S.à r.l.',
  ],
  Italy: [
    'Aurora SpA = AURORA SPA', 'ROSSI SPA = Rossi', 'ROSSI SPA = Rossi S.p.A.', 'ROYAL DAY SPA = Royal Day Spa', 'ROSSI SPA (AGR-1234) = Rossi', 'Rossi & Figli S.p.A. = ROSSI & FIGLI SPA', 'ROSSI SPA ≠ Rossi Srl', 'Royal Day Spa ≠ Royal Day S.p.A.', 'ROYAL DAY SPA ≠ Royal Night Spa',
    'Aurora S.p.A. = Aurora Società per Azioni', 'Aurora S. p. A. = Aurora S.p.A.', 'Aurora SpA = Aurora S.p.A.', 'Aurora SpA = Aurora', 'Aurora Srl = Aurora S.r.l.', 'Aurora Srl = Aurora Società a responsabilità limitata', 'Aurora S.r.l. unipersonale = Aurora Srl', 'Aurora S.n.c. = Aurora snc', 'AS Aurora = AS Aurora S.p.A.', 'Aurora Soc. Coop. = Aurora Società Cooperativa',
    'Aurora Srl ≠ Aurora Srls', 'Aurora S.p.A. ≠ Aurora Srl', 'Aurora S.n.c. ≠ Aurora S.a.p.a.', 'Aurora S.p.A. ≠ Aurora S.A.', 'Aurora Scarl ≠ Aurora Srl', 'Royal Day Spa ≠ Royal Day', 'Aurora Società in accomandita semplice ≠ Aurora Società per Azioni', 'Aurora (P.IVA-12345678901) ≠ Aurora (P.IVA-12345678902)',
  ],
  Spain: ['Estrella S.L. = Estrella Sociedad Limitada', 'Estrella S.A. = Estrella Sociedad Anónima', 'Estrella SLU = Estrella S.L.U.', 'Estrella S. Coop. = Estrella Sociedad Cooperativa', 'Estrella C.B. = Estrella Comunidad de Bienes', 'Estrella S.L. ≠ Estrella S.A.', 'Estrella S.L. ≠ Estrella S.L.U.', 'Estrella S.L. ≠ Estrella S.L.L.', 'Estrella S.A. ≠ Estrella S.A.U.', 'Estrella S.L. ≠ Estrella S.r.l.', 'Estrella (Tienda-2) ≠ Estrella (Tienda-3)', 'Peña S.L. ≠ Pena S.L.'],
  'Portugal and Brazil': ['Estrela Lda. = Estrela Limitada', 'Estrela Ltda = Estrela Limitada', 'Estrela S/A = Estrela S.A.', 'Estrela EIRELI = Estrela EIRELI - ME', 'Estrela Ltda - ME = Estrela Ltda', 'Estrela Lda ≠ Estrela Unipessoal Lda', 'Estrela Ltda ≠ Estrela EIRELI', 'Estrela Lda ≠ Estrela Ltda', 'Estrela S.A. ≠ Estrela Ltda', 'Estrela SGPS ≠ Estrela SA', 'Estrela (CNPJ 12345678000195) ≠ Estrela (CNPJ 12345678000276)'],
  'Mexico, Argentina, Chile, Colombia, Peru': [
    'Sol S.R.L. ≠ Sol Ltda', 'Sol SRL ≠ Sol Ltda.', 'Sol SACIF = Sol S.A.C.I.F.', 'Sol SACIF ≠ Sol SACI', 'Sol S.A.C.I.F.I.A. ≠ Sol S.A.C.I.F.',
    'Sol S.A. de C.V. = Sol SA de CV', 'Sol S. de R.L. de C.V. = Sol S de RL de CV', 'Sol S.A.P.I. de C.V. = Sol SAPI de CV', 'Sol SAS = Sol S.A.S.', 'Sol SpA ≠ Sol Ltda', 'Sol Cía. Ltda. = Sol Compañía Limitada', 'Sol C.A. = Sol Compañía Anónima', 'Sol S.A.C. = Sol Sociedad Anónima Cerrada',
    'Sol S.A. de C.V. ≠ Sol S. de R.L. de C.V.', 'Sol S.A. de C.V. ≠ Sol S.A.P.I. de C.V.', 'Sol S.A. ≠ Sol S.A. de C.V.', 'Sol S. de R.L. ≠ Sol S. de R.L. de C.V.', 'Sol S.A. ≠ Sol S.R.L.', 'Sol S.A.C. ≠ Sol S.A.A.', 'Sol E.I.R.L. ≠ Sol S.A.C.', 'Sol S.A.B. de C.V. ≠ Sol S.A. de C.V.', 'Sol (RFC-ABC123456) ≠ Sol (RFC-ABC123457)', 'Sol (CUIT 30-12345678-9) ≠ Sol (CUIT 30-12345679-7)', 'Sol (RUC 20123456789) ≠ Sol (RUC 20123456790)',
  ],
  'Norway and Denmark': [
    'Halvorsen AS = Halvorsen A/S', 'A/S Dansk Halvorsen = Dansk Halvorsen A/S', 'A/S Dansk Halvorsen = Dansk Halvorsen', 'Halvorsen ASA = Halvorsen Allmennaksjeselskap', 'Halvorsen ApS = Halvorsen Anpartsselskab', 'Halvorsen I/S = Halvorsen Interessentskab', 'Halvorsen AS = Halvorsen Aksjeselskap', 'Halvorsen ANS = Halvorsen',
    'Halvorsen AS ≠ Halvorsen ASA', 'Halvorsen A/S ≠ Halvorsen ApS', 'Halvorsen ApS ≠ Halvorsen IVS', 'Halvorsen I/S ≠ Halvorsen K/S', 'Halvorsen Aksjeselskap ≠ Halvorsen Aktieselskab', 'Halvorsen ENK ≠ Halvorsen AS', 'Halvorsen (Org.nr 987654321) ≠ Halvorsen (Org.nr 987654322)', 'Halvorsen (CVR-12345678) ≠ Halvorsen (CVR-12345679)', 'Ørn AS ≠ Orn AS',
  ],
  'Sweden and Finland': [
    'AB Lindgren = Lindgren', 'AB Lindgren = Lindgren AB', 'Lindgren AB (publ) = Lindgren AB', 'Lindgren Aktiebolag = Lindgren AB', 'Lindgren HB = Lindgren Handelsbolag', 'Oy Karhu Ab = Karhu Oy', 'Oy Karhu Ab = Karhu', 'Karhu Oyj = Karhu Julkinen Osakeyhtiö', 'Karhu Oy = Karhu Osakeyhtiö', 'Oy Karhu = Karhu Oy',
    'Karhu Oyj ≠ Karhu Oy', 'Lindgren AB ≠ Lindgren HB', 'Karhu Oy ≠ Karhu AB', 'AB Lindgren ≠ AB Lindberg', 'Lindgren AB ≠ Lindgren AS', 'Karhu Abp ≠ Karhu Ab', 'Lindgren (Fastighet-2) AB ≠ Lindgren (Fastighet-3) AB', 'Lindgren AB (556123-4567) ≠ Lindgren AB (556123-4568)',
  ],
  'Iceland, Estonia, Latvia, Lithuania': [
    'AS Kalev Grupp = Kalev Grupp', 'AS Kalev Grupp = Kalev Grupp AS', 'Kalev OÜ = OÜ Kalev', 'SIA Rīgas Gāze = Rīgas Gāze', 'SIA Rīgas Gāze = Rīgas Gāze SIA', 'UAB „Vilnis“ = Vilnis', 'UAB Vilnis = Vilnis, UAB', 'Snjór ehf. = Snjór', 'AB Vilnis = Vilnis AB', 'Kalev Osaühing = Kalev OÜ',
    'Snjór hf. ≠ Snjór ehf.', 'Kalev OÜ ≠ Kalev AS', 'UAB Vilnis ≠ AB Vilnis', 'SIA Rīgas Gāze ≠ AS Rīgas Gāze', 'Kalev TÜ ≠ Kalev OÜ', 'MB Vilnis ≠ UAB Vilnis', 'Kalev Aktsiaselts ≠ Kalev Aksjeselskap',
  ],
  Poland: ['Wisła Sp. z o.o. = Wisła SP. Z O. O.', 'Wisła Sp. z o.o. = Wisła spółka z ograniczoną odpowiedzialnością', 'Wisła S.A. = Wisła Spółka Akcyjna', 'Wisła sp.k. = Wisła Sp. k.', 'Wisła Sp. z o.o. Sp. k. = Wisła spółka z ograniczoną odpowiedzialnością sp. k.', 'Wisła sp.j. ≠ Wisła sp.k.', 'Wisła Sp. z o.o. ≠ Wisła S.A.', 'Wisła S.K.A. ≠ Wisła S.A.', 'Wisła P.S.A. ≠ Wisła S.A.', 'Wisła Sp. z o.o. ≠ Wisła Sp. z o.o. Sp. k.', 'Wisła (NIP-1234567890) ≠ Wisła (NIP-1234567891)', 'Wisła ≠ Wisla'],
  'Czechia, Slovakia, Hungary': [
    'Vltava, a. s. = Vltava, akciová společnost', 'Vltava a.s. = Vltava', 'Vltava s.r.o. = Vltava, spol. s r. o.', 'Vltava s.r.o. = Vltava společnost s ručením omezeným', 'Duna Kft. = Duna Korlátolt Felelősségű Társaság', 'Duna Zrt. = Duna zártkörűen működő részvénytársaság', 'Dunaj, a.s. = Dunaj akciová spoločnosť',
    'Vltava a.s. ≠ Vltava s.r.o.', 'Duna Zrt. ≠ Duna Nyrt.', 'Duna Kft. ≠ Duna Zrt.', 'Vltava v.o.s. ≠ Vltava k.s.', 'Vltava a.s. ≠ Vltava A/S', 'Vltava akciová společnost ≠ Vltava akciová spoločnosť', 'Vltava (IČO 12345678) ≠ Vltava (IČO 12345679)',
  ],
  'Slovenia, Croatia, Serbia, Bulgaria, Romania, Greece': [
    'Sava d.o.o. = Sava DOO', 'Sava d. o. o. = Sava d.o.o.', 'Rila OOD = OOD Rila', 'Рила ЕООД = ЕООД Рила', 'SC Carpați SRL = Carpați S.R.L.', 'S.C. Carpați S.A. = Carpați SA', 'Ήλιος Α.Ε. = Ήλιος ΑΕ', 'Ήλιος Ε.Π.Ε. = Ήλιος', 'Сава д.о.о. = Сава доо',
    'Sava d.o.o. ≠ Sava j.d.o.o.', 'Sava d.o.o. ≠ Sava d.d.', 'Рила ООД ≠ Рила ЕООД', 'Рила АД ≠ Рила ЕАД', 'Carpați SRL ≠ Carpați SRL-D', 'Ήλιος Α.Ε. ≠ Ήλιος Ι.Κ.Ε.', 'Ήλιος Ο.Ε. ≠ Ήλιος Ε.Ε.', 'SC Freiburg ≠ Freiburg', 'Rila (ЕИК 123456789) ≠ Rila (ЕИК 123456780)', 'Sava ad ≠ Sava',
  ],
  'Russia, Ukraine, Kazakhstan': [
    'ФГУП Ромашка = Ромашка', 'ФГУП Ромашка ≠ МУП Ромашка', 'ГУП Ромашка ≠ МУП Ромашка', 'УП Ромашка ≠ ЧУП Ромашка', 'ЧТУП Ромашка = ЧУП Ромашка',
    'ООО «Ромашка» = Ромашка', 'ООО "Ромашка" = Общество с ограниченной ответственностью „Ромашка“', 'ПАО Ромашка = Публичное акционерное общество Ромашка', 'ООО«Ромашка» = ООО Ромашка', 'ТОВ «Мрія» = Товариство з обмеженою відповідальністю "Мрія"', 'ТОО Жулдыз = Жулдыз', 'П’ять ТОВ = П\'ять',
    'ЗАО Ромашка ≠ ПАО Ромашка', 'ЗАО Ромашка ≠ ООО Ромашка', 'ОАО Ромашка ≠ ПАО Ромашка', 'АО Ромашка ≠ ПАО Ромашка', 'ИП Иванов ≠ ООО Иванов', 'ТОВ Мрія ≠ ПрАТ Мрія', 'ФОП Мрія ≠ ТОВ Мрія', 'ООО Мрія ≠ ТОВ Мрія', 'Ромашка (ИНН 7701234567) ≠ Ромашка (ИНН 7701234568)',
  ],
  'Turkey, Israel, Gulf': [
    'Najm K.S.C.P. = Najm KSCP', 'Najm K.S.C.P. ≠ Najm K.S.C.', 'Najm K.S.C.C. ≠ Najm K.S.C.', 'Najm BSC (c) = Najm B.S.C. (c)', 'Najm BSC (c) ≠ Najm BSC', 'Najm JSC ≠ Najm SJSC',
    'Yıldız A.Ş. = Yıldız Anonim Şirketi', 'Yıldız Ltd. Şti. = Yıldız Limited Şirketi', 'İzmir Gıda A.Ş. = izmir gıda aş', 'כוכב בע״מ = כוכב בע"מ', 'כוכב בע״מ = כוכב', 'צ׳יפס = צ\'יפס', 'Najm LLC = Najm ذ.م.م', 'Najm W.L.L. = Najm WLL', 'Najm FZ-LLC = Najm FZ LLC',
    'Yıldız A.Ş. ≠ Yıldız Ltd. Şti.', 'Yıldız A.Ş. ≠ Yildiz A.Ş.', 'Najm LLC ≠ Najm WLL', 'Najm FZE ≠ Najm FZCO', 'Najm FZE ≠ Najm LLC', 'Najm DMCC ≠ Najm LLC', 'Najm PJSC ≠ Najm LLC', 'Najm (TRN 100123456700003) ≠ Najm (TRN 100123456700004)',
  ],
  'China, Taiwan, Hong Kong': ['北风有限公司 = 北风', '北风有限公司 = 北风有限责任公司', '《北风》 = “北风”', '「北風」 = 北風', '上海北风股份有限公司 = 上海北风', 'Beifeng Co., Ltd. = Beifeng Company Limited', 'Beifeng Co Ltd = Beifeng Ltd', '北风有限公司 ≠ 北风股份有限公司', '上海北风有限公司 ≠ 北京北风有限公司', '北风（香港）有限公司 ≠ 北风有限公司', 'Beifeng Co., Ltd. ≠ Beifeng LLC'],
  'Japan and Korea': ['株式会社北風 = 北風株式会社', '㈱北風 = 北風', 'Kitakaze K.K. = Kitakaze 株式会社', 'Kitakaze KK = Kitakaze Kabushiki Kaisha', '(주)북풍 = 북풍 주식회사', 'ｷﾀｶｾﾞ = キタカゼ', '合同会社北風 = 北風', '株式会社北風 ≠ 有限会社北風', '合同会社北風 ≠ 株式会社北風', '(주)북풍 ≠ (유)북풍', 'Kitakaze KK ≠ Kitakaze GK', '북풍 유한책임회사 ≠ 북풍 유한회사', 'Kitakaze (法人番号-1234567890123) ≠ Kitakaze'],
}; // prettier-ignore

/** The domains of two e-mail addresses: of one owner "=", of two "≠", or saying nothing "~". */
export const DOMAINS_BY_COUNTRY: Readonly<Record<string, readonly string[]>> = {
  'United States': ['ap@fairmont.com = Ida <ida@mail.fairmont.com>', 'ap@fairmont.com ≠ ap@fairmount.com', 'ap@acme.us.com ≠ ap@bolt.us.com', 'a@gmail.com ~ b@gmail.com', 'a@comcast.net ~ b@comcast.net', 'a@x.avidbill.com ~ b@x.avidbill.com', 'a@lincoln.k12.ca.us ≠ a@grant.k12.ca.us'],
  'United Kingdom': ['a@acme.co.uk = b@pay.acme.co.uk', 'a@acme.co.uk ≠ a@bolt.co.uk', 'a@acme.uk.com ≠ a@bolt.uk.com', 'a@btinternet.com ~ b@btinternet.com', 'a@acme.ltd.uk ≠ a@bolt.ltd.uk'],
  Germany: ['a@straße.de ≠ a@strasse.de', 'a@straße.de = a@xn--strae-oqa.de', 'a@t-online.de ~ b@t-online.de', 'a@e-mail.de ~ b@e-mail.de', 'a@acme.de-mail.de ~ b@bolt.de-mail.de', 'a@acme.com.de ≠ b@bolt.com.de'],
  Austria: ['a@acme.co.at ≠ a@bolt.co.at', 'a@aon.at ~ b@aon.at'],
  Switzerland: ['a@bluewin.ch ~ b@bluewin.ch', 'a@acme.ch = b@acme.ch'],
  France: ['a@orange.fr ~ b@orange.fr', 'a@acme.asso.fr ≠ a@bolt.asso.fr', 'a@étoile.fr ≠ a@etoile.fr'],
  'Belgium and Netherlands': ['a@telenet.be ~ b@telenet.be', 'a@ziggo.nl ~ b@ziggo.nl', 'a@acme.co.nl ≠ b@bolt.co.nl'],
  Italy: ['anna@pec.it ~ bruno@pec.it', 'anna@anna.legalmail.it ~ bruno@bruno.legalmail.it', 'a@arubapec.it ~ b@arubapec.it', 'a@pec.acme.it = b@acme.it', 'a@pec.acme.it ≠ b@pec.bolt.it', 'a@libero.it ~ b@libero.it'],
  'Spain and Portugal': ['a@acme.com.es ≠ a@bolt.com.es', 'a@telefonica.net ~ b@telefonica.net', 'a@iol.pt ~ b@iol.pt', 'a@acme.com.pt ≠ a@bolt.com.pt'],
  Nordic: ['a@jubii.dk ~ b@jubii.dk', 'a@online.no ~ b@online.no', 'a@telia.com ~ b@telia.com', 'a@elisanet.fi ~ b@elisanet.fi', 'a@blåbær.no ≠ a@blabaer.no'],
  Baltic: ['a@inbox.lt ~ b@inbox.lt', 'a@mail.ee ~ b@mail.ee', 'a@inbox.lv ~ b@inbox.lv'],
  Poland: ['a@acme.waw.pl ≠ a@bolt.waw.pl', 'a@acme.biz.pl ≠ a@bolt.biz.pl', 'a@wp.pl ~ b@wp.pl', 'a@acme.com.pl = b@pay.acme.com.pl'],
  'Czechia and Hungary': ['a@seznam.cz ~ b@seznam.cz', 'a@freemail.hu ~ b@freemail.hu', 'a@acme.co.hu ≠ a@bolt.co.hu'],
  'Greece and Romania': ['a@in.gr ~ b@in.gr', 'a@acme.com.gr ≠ a@bolt.com.gr', 'a@acme.com.ro ≠ a@bolt.com.ro'],
  'Russia and Ukraine': ['a@acme.msk.ru ≠ a@bolt.msk.ru', 'a@acme.kiev.ua ≠ a@rival.kiev.ua', 'a@mail.ru ~ b@mail.ru', 'a@ukr.net ~ b@ukr.net', 'a@ромашка.рф = b@xn--80aa3agjl3d.xn--p1ai'],
  Turkey: ['a@hs01.kep.tr ~ b@hs01.kep.tr', 'a@acme.biz.tr ≠ a@bolt.biz.tr', 'a@kıl.com ≠ a@kil.com', 'a@acme.com.tr ≠ a@bolt.com.tr'],
  India: ['a@acme.co.in ≠ a@bolt.co.in', 'a@rediffmail.com ~ b@rediffmail.com', 'a@acme.in.net ≠ a@bolt.in.net'],
  'China and Japan': ['a@acme.bj.cn ≠ a@bolt.bj.cn', 'a@qq.com ~ b@qq.com', 'a@acme.tokyo.jp ≠ a@bolt.tokyo.jp', 'a@acme.co.jp = b@mail.acme.co.jp', 'a@docomo.ne.jp ~ b@docomo.ne.jp', 'a@acme.ne.jp ≠ a@bolt.ne.jp'],
  'South-East Asia': ['a@acme.in.th ≠ a@bolt.in.th', 'a@acme.biz.vn ≠ a@bolt.biz.vn', 'a@acme.com.sg ≠ a@bolt.com.sg', 'a@acme.co.id ≠ a@bolt.co.id'],
  Brazil: ['ana@silva.adv.br ≠ fin@souza.adv.br', 'a@silva.med.br ≠ a@souza.med.br', 'a@uol.com.br ~ b@uol.com.br', 'a@acme.com.br = b@nf.acme.com.br'],
  'South Africa and Australia': ['a@acme.law.za ≠ a@bolt.law.za', 'a@acme.co.za ≠ a@bolt.co.za', 'a@bigpond.com ~ b@bigpond.com', 'a@acme.id.au ≠ a@bolt.id.au'],
  everywhere: [
    'a@acme.my.salesforce.com ≠ a@rival.my.salesforce.com', 'a@acme.co.uk.com ≠ a@rival.co.uk.com', 'a@hubdoc.com ~ b@hubdoc.com', 'a@nhs.net ~ b@nhs.net',
    'a@contoso.onmicrosoft.com ≠ a@rival.onmicrosoft.com', 'a@contoso.mail.onmicrosoft.com ≠ a@rival.mail.onmicrosoft.com', 'a@contoso.mail.onmicrosoft.com = a@contoso.onmicrosoft.com', 'a@acme.wixsite.com ≠ a@rival.wixsite.com', 'a@acme.eu.org ≠ a@rival.eu.org', 'a@acme.zendesk.com ≠ a@rival.zendesk.com',
    'a@googlegroups.com ~ b@googlegroups.com', 'a@app.hubdoc.com ~ b@app.hubdoc.com', 'a@xerofiles.com ~ b@xerofiles.com', 'a@example.com ~ b@example.com', 'a@none.com ~ b@none.com', 'a@noemail.com ~ b@noemail.com',
    'a@anna.com.invalid ≠ b@bruno.com.invalid', 'a@anna.com.invalid = b@anna.com', 'a@anna.com.test ~ b@bruno.com.test', 'a@anna.localhost ~ b@anna.localhost', 'a@anna.invalid ~ b@anna.invalid', 'a@anna.local ~ b@anna.local',
    'a@[192.0.2.1] ~ b@acme.com', 'a@192.0.2.1 ~ b@192.0.2.1', 'a@acme..com ~ b@acme..com', '<a@acme.com> = b@acme.com;', 'a@one.example, b@two.example = c@two.example', 'a@one.example; b@two.example ≠ c@three.example', 'a@gmail.com, b@two.example = c@two.example', 'not known ~ b@acme.com',
  ],
}; // prettier-ignore
