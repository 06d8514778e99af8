/** Certified mail. Every Italian company must have such an address; AgID keeps the register of its providers. */
export const CERTIFIED_MAIL: readonly string[] = [
  // Italy
  'pec.it', 'legalmail.it', 'arubapec.it', 'pec.aruba.it', 'postecert.it', 'postacertificata.gov.it', 'postacert.it',
  'pecimprese.it', 'pecprofessionisti.it', 'registerpec.it', 'sicurezzapostale.it', 'pec.libero.it', 'pec.buffetti.it', 'actaliscertymail.it',
  'mypec.eu', 'mypec.it', 'ticertifica.it', 'pec-legal.it', 'legpec.it', 'casellapec.com', 'casellapec.it', 'messaggipec.it', 'pec.net',
  'cgn.legalmail.it', 'pec.cgn.it', 'pecavvocati.it', 'pecgiuffre.it', 'pec.commercialisti.it', 'pecveneto.it', 'pecsicura.it', 'pec.telecompost.it',
  'pec.tim.it', 'pec.vodafone.it', 'pec.confartigianato.it', 'pec.cna.it', 'pec.confcooperative.it', 'pec.coldiretti.it', 'pec.it.net', 'spcmail.it', 'pec.lextel.it',
  'postacertificata.it', 'postacertificata.com', 'postecertifica.it', 'postecertificate.it', 'twtcert.it', 'certymail.it', 'pec.twt.it', 'ipec.it', 'lamiapec.it', 'gigapec.it',
  'pec.namirial.it', 'sicurezzapostale.com', 'cert.legalmail.it', 'pec.ordingbo.it', 'ingpec.eu', 'archiworldpec.it', 'geopec.it', 'epap.sicurezzapostale.it', 'pecnotariato.it',
  'postacertificata.notariato.it', 'pec.avvocati.it', 'puntopec.it', 'pec.cloud', 'timpec.it', 'namirialpec.it', 'interfreepec.it', 'kpnpec.it', 'pecmail.net', 'pecaziende.it', 'pec.infocert.it', 'pec.actalis.it', 'pecmail.it', 'pecmail.eu', 'omceopec.it', 'cnpec.it', 'consulentidellavoropec.it',
  'cert.cna.it', 'pec.agritel.it', 'odcecmilano.it', 'ordineavvocati.it', 'registeredemail.eu',
  // Germany, Austria, Switzerland, Slovenia, Turkey
  'de-mail.de', 'epost.de', 'incamail.com', 'incamail.ch', 'vep.si', 'kep.tr',
]; // prettier-ignore

/** Inboxes that process invoices and receipts, even if the service's staff write from the same domain. */
export const INVOICE_INBOXES: readonly string[] = [
  'avidbill.com', 'xerofiles.com', 'ocr.xero.com', 'bill.com', 'receipt-bank.com', 'entryless.com', 'concursolutions.com', 'invoicesinbox.com', 'hubdoc.com', 'invoices.bill.com', 'inbox.bill.com', 'qbodocs.com',
  'inbox.autoentry.com', 'dext.cc', 'upload.dext.com', 'dext.me', 'receiptbank.me', 'sageautoentry.com',
  'expensify.sms', 'uploadmail.datev.de', 'datevnet.de', 'inbox.lexoffice.de', 'inbox.lexware.de', 'autobox.sevdesk.email', 'belege.sevdesk.de',
  'gmi.email', 'inbox.moss.com', 'receipts.spendesk.com', 'receipts.pleo.io', 'fetch.pleo.io', 'inbox.qonto.com',
  'tiekinetix.net', 'email.basware.com', 'invoice.basware.com', 'einvoice.basware.com', 'ap.ramp.com', 'bills.ramp.com', 'bills.brex.com',
  'receipts.brex.com', 'inbox.melio.com', 'invoices.melio.com', 'ap.airbase.com', 'invoice.airbase.io', 'in.lightyear.cloud', 'email.getinvoiced.com', 'stampli.net', 'expenseit.com', 'invoice.concur.com', 'coupahost.com', 'coupamail.com',
  'ansmtp.ariba.com', 'eusmtp.ariba.com', 'invoice.zoho.com', 'zohoexpense.com', 'zohobookmail.com', 'waveapps.email',
  'scanning.pagero.com', 'pageroonline.com', 'invoice.pagero.com', 'scancloud.se', 'arkivplats.se', 'inbox.fortnox.se', 'faktura.visma.net', 'autoinvoice.visma.net',
  'faktura.tripletex.no', 'bilag.fiken.no', 'mail.poweroffice.net', 'bilag.unieconomy.no', 'go.poweroffice.net', 'dinero.email',
  'e-conomic.email', 'inbound.billy.dk', 'inbox.procountor.com', 'netvisor.email', 'verkkolasku.fi', 'scan.netvisor.fi', 'yukiworks.be',
  'yukiworks.nl', 'scan.exactonline.nl', 'scan.exactonline.be', 'boekhouden.moneybird.com',
  'email.pennylane.com', 'invoices.pennylane.com', 'holded.email', 'quipu.email', 'fatturazioneelettronica.aruba.it', 'sdi.fatturapa.it',
  'pec.fatturapa.it', 'inbox.infakt.pl', 'inboxapp.abacus.ch', 'bexio.email', 'email.klippa.com',
]; // prettier-ignore

/** Lists and groups, help desks, mailing services, relays. */
export const GROUP_MAIL: readonly string[] = [
  'googlegroups.com', 'groups.google.com', 'yahoogroups.com', 'groups.yahoo.com', 'groups.io', 'groups.live.com', 'groups.outlook.com', 'groups.office.com', 'egroups.com', 'freelists.org', 'lists.sourceforge.net', 'nhs.net',
  'listbox.com', 'gaggle.email', 'emailgroups.net', 'mailchi.mp', 'mailchimpapp.com', 'mcsv.net', 'mcdlv.net', 'rsgsv.net', 'sendgrid.net', 'sendgrid.me', 'mailgun.org',
  'amazonses.com', 'mandrillapp.com', 'sparkpostmail.com', 'mailersend.net', 'mtasv.net', 'hubspotemail.net', 'hs-inbox.com', 'intercom-mail.com',
  'on-intercom.com', 'helpscoutapp.com', 'front-mail.com', 'groovehq.email', 'reply.github.com', 'users.noreply.github.com', 'noreply.github.com',
  'slack-mail.com', 'teams.ms', 'emea.teams.ms', 'amer.teams.ms', 'apac.teams.ms', 'in.hubspot.com', 'bcc.hubspot.com', 'forward.hubspot.com', 'hubspot-inbox.com', 'salesforce.email', 'apex.salesforce.com',
  'le.salesforce.com', 'bcc.salesforce.com', 'emailtosalesforce.com', 'pipedrivemail.com', 'boards.trello.com', 'mail.asana.com', '3.basecamp.com', 'app.basecamp.com',
  'inbound.postmarkapp.com', 'parse.sendgrid.net', 'marketplace.amazon.com', 'marketplace.amazon.de', 'marketplace.amazon.co.uk', 'members.ebay.com', 'members.ebay.de', 'message.airbnb.com', 'guest.booking.com', 'property.booking.com',
  'partner.booking.com', 'shopifyemail.com', 'etsy.email', 'reply.craigslist.org', 'sale.craigslist.org', 'efaxsend.com', 'efax.com', 'myfax.com', 'metrofax.com', 'srfax.com', 'rcfax.com',
]; // prettier-ignore

/** Mailboxes for ten minutes. There are thousands of such domains; operators add those that they meet. */
export const DISPOSABLE_MAIL: readonly string[] = [
  'mailinator.com', 'mailinator.net', 'mailinator2.com', 'guerrillamail.com', 'guerrillamail.net', 'guerrillamail.org', 'guerrillamail.biz', 'guerrillamail.de', 'guerrillamailblock.com', 'sharklasers.com',
  'grr.la', 'pokemail.net', 'spam4.me', 'yopmail.com', 'yopmail.net', 'yopmail.fr', '10minutemail.com', '10minutemail.net', '10minutemail.co.uk', 'tempmail.com', 'tempmail.net', 'temp-mail.org', 'temp-mail.io',
  'tempmailo.com', 'tempmail.plus', 'tempail.com', 'throwawaymail.com', 'trashmail.com', 'trashmail.de', 'trashmail.net', 'trash-mail.com', 'trash-mail.de', 'wegwerfmail.de', 'wegwerfemail.de', 'wegwerf-email.de',
  'einrot.com', 'dispostable.com', 'discard.email', 'discardmail.com', 'discardmail.de', 'maildrop.cc', 'mailnesia.com', 'mailcatch.com', 'mailnull.com', 'mailexpire.com', 'mailmoat.com', 'mailsac.com', 'moakt.com', 'mohmal.com',
  'getnada.com', 'nada.email', 'inboxkitten.com', 'emailondeck.com', 'fakeinbox.com', 'fakemail.net', 'fakemailgenerator.com', 'armyspy.com', 'cuvox.de', 'dayrep.com', 'fleckens.hu', 'gustr.com', 'jourrapide.com', 'rhyta.com',
  'superrito.com', 'teleworm.us', 'spamgourmet.com', 'spamex.com', 'spambog.com', 'spambog.de', 'spam.la', 'spamavert.com', 'burnermail.io', 'tmail.ws', 'tmailor.com', 'minutemail.com', 'mintemail.com', 'jetable.org', 'jetable.com',
  'correotemporal.org', 'luxusmail.org', 'emailfake.com', 'generator.email', 'crazymailing.com', 'dropmail.me', '33mail.com', 'e4ward.com', 'anonbox.net', 'byom.de', 'muellmail.com', 'smashmail.de', 'sofort-mail.de', 'zehnminuten.de',
  'incognitomail.org', 'incognitomail.com', 'deadaddress.com', 'mytemp.email', 'tempinbox.com', 'tempr.email', 'harakirimail.com', 'mail-temporaire.fr', 'mailtemp.net', '1secmail.com', '1secmail.net', '1secmail.org', 'esiix.com', 'wwjmp.com',
]; // prettier-ignore
