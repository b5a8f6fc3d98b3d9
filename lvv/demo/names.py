"""Names for invented people, of many origins. First and last names are joined at random: nobody
is meant."""

from random import Random

# nationality of table 32: first names, last names, and a few spellings in the script of the country
ORIGINS: dict[str, tuple[str, str, str]] = {
    "0084": ("Tesfay Mehret Yonas Selam Filmon Rahwa Dawit Semhar Kidane Luwam", "Habte Gebremedhin Tekle Asmerom Weldu Berhane Kidane Ghebre", "ተስፋይ ሃብተ|ዮናስ ተክለ|ሰላም ወልዱ"),
    "0114": ("Abebe Hanna Bekele Tigist Getachew Meron Solomon Almaz", "Tadesse Alemu Worku Desta Mengistu Girma Haile", "አበበ ታደሰ|ሃና አለሙ"),
    "0149": ("Abdirahman Hodan Mahad Faduma Liban Sahra Yusuf Ifrah", "Warsame Abdi Farah Nuur Jama Guled Hersi", ""),
    "0300": ("Farhad Zarmina Navid Shukria Omid Laila Jawad Parwana", "Rahimi Noorzai Azizi Stanikzai Karimi Hotak Wardak", "فرهاد رحیمی|لیلا عزیزی"),
    "0314": ("Haider Zaynab Mustafa Noor Sarmad Hawra Dilshad Shilan", "al-Jubouri Kadhim Salih Barzani Hamid Rashid", "حيدر كاظم|نور صالح"),
    "0315": ("Kaveh Shirin Babak Nasrin Arash Mahsa Siavash Golnaz", "Moradi Tehrani Ahmadi Jafari Rostami Kazemi", "کاوه مرادی|شیرین احمدی"),
    "0336": ("Anas Rima Khaled Hiba Tarek Lubna Ziad Maysa", "Haddad Darwish al-Khatib Sabbagh Mansour Qabbani", "أنس حداد|ريما درويش"),
    "0131": ("Rachid Salma Hicham Ikram Younes Hajar Mounir Siham", "Benali El Idrissi Ouazzani Amrani Chraibi Tazi", "رشيد بنعلي"),
    "0100": ("Karim Amel Sofiane Lynda Walid Nadia Mourad Samia", "Boudiaf Haddadi Meziane Belkacem Saadi Cherif", "كريم مزيان"),
    "0137": ("Chinedu Blessing Emeka Funmilayo Osaze Ngozi Tunde Ifeoma", "Okafor Adeyemi Eze Balogun Osagie Nwosu", ""),
    "0118": ("Kwame Abena Kofi Esi Yaw Akosua Kojo Adwoa", "Mensah Boateng Owusu Asante Darko Ofori", ""),
    "0119": ("Mamadou Aissatou Ibrahima Fatoumata Alpha Kadiatou", "Diallo Bah Barry Camara Sylla Conde", ""),
    "0147": ("Foday Isatu Sorie Mariatu Alhaji Hawa", "Kamara Sesay Bangura Koroma Conteh Turay", ""),
    "0148": ("Adam Amna Hassan Ikhlas Bakri Suad", "Osman Idris Eltayeb Abdalla Hamdan", "آدم عثمان"),
    "0040": ("Aram Ani Hayk Lusine Tigran Gayane", "Petrosyan Sargsyan Hakobyan Grigoryan Avetisyan", "Արամ Պետրոսյան"),
    "0030": ("Giorgi Nino Levan Tamar Zurab Ketevan", "Beridze Kapanadze Lomidze Gelashvili Tsiklauri", "გიორგი ბერიძე"),
    "0039": ("Elchin Gunel Rauf Sevda Orkhan Leyla", "Mammadov Aliyeva Huseynov Guliyeva", ""),
    "0307": ("Wei Xiaoling Jun Meihua Lei Yan", "Chen Zhang Lin Huang Zhou Wu", "陈伟|林小玲"),
    "0342": ("Minh Lan Quang Thuy Hieu Ngoc", "Nguyen Tran Le Pham Hoang Vu", "Nguyễn Minh"),
    "0326": ("Batbayar Oyunaa Ganbold Sarnai Tuvshin", "", ""),
    "0263": ("Ricardo Chantal Dennis Sharmila Marvin Radha", "Kartosen Ramdin Pinas Biervliet Sital", ""),
    "0339": ("Emre Zeynep Baran Elif Serhat Rojda", "Yildirim Demir Aslan Kaplan Polat", ""),
    "0041": ("Aleksej Irina Ruslan Zarema Timur Ljudmila", "Volkov Isajeva Dudajev Petrova Magomedov", "Руслан Волков"),
    "0312": ("Gurpreet Anjali Rajesh Simran Vikram", "Singh Kaur Sharma Patel", ""),
    "0499": ("Yahya Salem Meryem Nour", "Bidoon Shammari Enezi", ""),
    "0000": ("Jan Joseph Maria Moses Grace", "Doe Onbekend", ""),
}  # fmt: skip
# and the country each comes from
COUNTRIES = {
    "0084": "Eritrea", "0114": "Ethiopië", "0149": "Somalië", "0300": "Afghanistan", "0314": "Irak", "0315": "Iran",
    "0336": "Syrië", "0131": "Marokko", "0100": "Algerije", "0137": "Nigeria", "0118": "Ghana", "0119": "Guinee",
    "0147": "Sierra Leone", "0148": "Soedan", "0040": "Armenië", "0030": "Georgië", "0039": "Azerbeidzjan",
    "0307": "China", "0342": "Vietnam", "0326": "Mongolië", "0263": "Suriname", "0339": "Turkije", "0041": "Rusland",
    "0312": "India", "0499": "Koeweit", "0000": "onbekend",
}  # fmt: skip
WEIGHTS = [9, 7, 7, 7, 8, 7, 4, 8, 6, 6, 4, 6, 4, 5, 3, 3, 2, 4, 2, 2, 2, 3, 3, 2, 1, 1]


def invent(rng: Random) -> tuple[str, list[str]]:
    """A nationality and one to three names: the first in Latin script, further ones an alias or
    another script."""
    code = rng.choices(list(ORIGINS), WEIGHTS)[0]
    first, last, scripts = ORIGINS[code]
    given = rng.choice(first.split())
    family = rng.choice(last.split()) if last else ""  # some peoples use one name
    if family and rng.random() < 0.05:
        family = ""
    names = [f"{given} {family}".strip()]
    if rng.random() < 0.12:
        names.append(f"{rng.choice(first.split())} {family}".strip())
    if scripts and rng.random() < 0.18:
        names.append(rng.choice(scripts.split("|")))
    return code, list(dict.fromkeys(names))
