W2870_asian
r s BC-US--HarbourBridge 1stLd-Writethru   11-23 0350
^BC-US--Harbour Bridge, 1st Ld-Writethru,350<
^Harbour bridge reopens after storm<
^AP Photo EX101, EX102<
^Eds: Adds quotes. With AP Photos.<
^A summary that is longer.<
^By ANN LEE=
^Example Writer=
	   BERGEN (EX) _ The bridge opened ``at last'' today. 
	   Cars were back.

	   EX-WF-11-23-26 1905GMT<

