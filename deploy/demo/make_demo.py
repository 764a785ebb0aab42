#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the demonstration data beside this file, the same on every run.

The parties do not exist: their social credit codes are well formed but made up, and their GTINs and GLNs lie under
GS1's prefix 952, which is set aside for examples. Standards, parameters, units and limits are real ones.
"""

import csv
import datetime
import json
import pathlib
import random

HERE = pathlib.Path(__file__).resolve().parent
ZONE = datetime.timezone(datetime.timedelta(hours=8))
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def with_gs1_check(digits):
    """GS1 mod 10: weights 3,1,3,1... from the right."""
    total = sum(int(d) * (3 if i % 2 == 0 else 1) for i, d in enumerate(reversed(digits)))
    return digits + str(-total % 10)


def with_uscc_check(first_17):
    """GB 32100-2015: weights 3^(i-1) mod 31."""
    total = sum(USCC_ALPHABET.index(c) * pow(3, i, 31) for i, c in enumerate(first_17))
    return first_17 + USCC_ALPHABET[-total % 31]


def party(short_name, kind, first_17, gln_reference, name_zh, name_en):
    return {"short_name": short_name, "code": with_uscc_check(first_17), "name_zh": name_zh, "name_en": name_en,
            "kind": kind, "gln": with_gs1_check("9521321" + gln_reference)}


FOUNDERS = [
    party("regulator", "regulator", "11371500MB2018A01", "00001", "水城市市场监督管理局",
          "Shuicheng Administration for Market Regulation"),
    party("government", "government", "11371500MB2018B02", "00002", "水城市人民政府质量强市办公室",
          "Shuicheng Municipal Government, Quality Office"),
    party("association", "association", "51371500MB2018C03", "00003", "水城市质量检验协会",
          "Shuicheng Quality Inspection Association"),
    party("university", "university", "12371500MB2018D04", "00004", "水城大学质量研究院",
          "Shuicheng University, Institute of Quality"),
    party("platform", "platform", "91371500MA2018E05", "00005", "水城质量链科技有限公司",
          "Shuicheng Quality Chain Technology Co., Ltd."),
]
LABORATORY = party("laboratory", "inspection_body", "91371500MA2018F06", "00006", "水城市产品检验检测中心有限公司",
                   "Shuicheng Product Testing Centre Co., Ltd.")
FOOD = party("enterprise-food", "enterprise", "91371500MA2018G07", "00007", "东昌湖食品有限公司",
             "Dongchang Lake Foods Co., Ltd.")
BUILDING = party("enterprise-building", "enterprise", "91371500MA2018H08", "00008", "运河建材有限公司",
                 "Canal Building Materials Co., Ltd.")
MEMBERS = [LABORATORY, FOOD, BUILDING]

ACCREDITATION = {"scheme": "CMA", "number": "231500000018", "valid_from": "2023-01-01", "valid_to": "2032-12-31"}
ACCREDITATION_ID = f"urn:qc:accreditation:{ACCREDITATION['scheme']}:{ACCREDITATION['number']}"


def at_most(parameter, method, unit, limit, low, high, places, detection=None):
    """A parameter that must not exceed its limit; what is below the detection limit is not detected."""
    return {"parameter": parameter, "method": method, "unit": unit, "limit": f"<= {limit}", "most": float(limit),
            "range": (low, high), "places": places, "detection": detection}


def at_least(parameter, method, unit, limit, low, high, places):
    return {"parameter": parameter, "method": method, "unit": unit, "limit": f">= {limit}", "least": float(limit),
            "range": (low, high), "places": places, "detection": None}


def in_words(parameter, method, requirement, finding):
    return {"parameter": parameter, "method": method, "limit": requirement, "text": finding}


LEAD = "铅 (以Pb计) Lead"
FOOD_PRODUCTS = [
    {"reference": "00101", "zh": "一级压榨花生油", "en": "Pressed peanut oil, grade 1", "category": "食用植物油",
     "specification": "5 L/桶 bottle", "standards": ["GB 2716-2018", "GB/T 1534-2017"], "life_days": 540, "parameters": [
         at_most("酸价 Acid value", "GB 5009.229-2016", "mg/g", "1.5", 0.2, 1.2, 2),
         at_most("过氧化值 Peroxide value", "GB 5009.227-2023", "g/100g", "0.25", 0.02, 0.2, 3),
         at_most("黄曲霉毒素B1 Aflatoxin B1", "GB 5009.22-2016", "μg/kg", "20", 0.0, 9.0, 1, "1.0"),
         at_most("苯并[a]芘 Benzo[a]pyrene", "GB 5009.27-2016", "μg/kg", "10", 0.5, 4.0, 1),
         at_most(LEAD, "GB 5009.12-2023", "mg/kg", "0.08", 0.0, 0.06, 3, "0.02")]},
    {"reference": "00102", "zh": "酿造酱油", "en": "Fermented soy sauce", "category": "调味品",
     "specification": "500 mL/瓶 bottle", "standards": ["GB 2717-2018", "GB/T 18186-2000"], "life_days": 720, "parameters": [
         at_least("氨基酸态氮 Amino acid nitrogen", "GB 5009.235-2016", "g/100mL", "0.4", 0.62, 0.95, 2),
         at_most("苯甲酸 Benzoic acid", "GB 5009.28-2016", "g/kg", "1.0", 0.0, 0.6, 3, "0.005"),
         at_most("菌落总数 Aerobic plate count", "GB 4789.2-2022", "CFU/mL", "50000", 10, 900, 0),
         at_most(LEAD, "GB 5009.12-2023", "mg/kg", "1.0", 0.0, 0.2, 3, "0.02")]},
    {"reference": "00103", "zh": "陈酿米醋", "en": "Aged rice vinegar", "category": "调味品",
     "specification": "420 mL/瓶 bottle", "standards": ["GB 2719-2018"], "life_days": 720, "parameters": [
         at_least("总酸 (以乙酸计) Total acid", "GB 12456-2021", "g/100mL", "3.5", 4.0, 6.2, 2),
         at_most("山梨酸 Sorbic acid", "GB 5009.28-2016", "g/kg", "1.0", 0.0, 0.5, 3, "0.005"),
         at_most("菌落总数 Aerobic plate count", "GB 4789.2-2022", "CFU/mL", "10000", 0, 300, 0)]},
    {"reference": "00104", "zh": "特一粉 (小麦粉)", "en": "Wheat flour, special grade 1", "category": "粮食加工品",
     "specification": "10 kg/袋 bag", "standards": ["GB/T 1355-2021"], "life_days": 360, "parameters": [
         at_most("水分 Moisture", "GB 5009.3-2016", "g/100g", "14.5", 11.5, 14.2, 1),
         at_most("脱氧雪腐镰刀菌烯醇 Deoxynivalenol", "GB 5009.111-2016", "μg/kg", "1000", 60, 620, 0),
         at_most("镉 (以Cd计) Cadmium", "GB 5009.15-2023", "mg/kg", "0.1", 0.0, 0.06, 3, "0.002"),
         at_most(LEAD, "GB 5009.12-2023", "mg/kg", "0.2", 0.0, 0.12, 3, "0.02")]},
    {"reference": "00105", "zh": "手工挂面", "en": "Hand-made dried noodles", "category": "粮食加工品",
     "specification": "1 kg/袋 bag", "standards": ["GB/T 40636-2021"], "life_days": 360, "parameters": [
         at_most("水分 Moisture", "GB 5009.3-2016", "g/100g", "14.5", 11.0, 14.0, 1),
         at_most(LEAD, "GB 5009.12-2023", "mg/kg", "0.5", 0.0, 0.15, 3, "0.02"),
         in_words("感官 Sensory", "GB/T 40636-2021", "无异味，无杂质 no off-odour, no foreign matter", "符合要求 meets requirement")]},
    {"reference": "00106", "zh": "酱腌黄瓜", "en": "Pickled cucumbers", "category": "蔬菜制品",
     "specification": "350 g/瓶 jar", "standards": ["GB 2714-2015"], "life_days": 365, "parameters": [
         at_most("亚硝酸盐 (以NaNO2计) Nitrite", "GB 5009.33-2016", "mg/kg", "20", 0.5, 9.0, 1),
         at_most("苯甲酸 Benzoic acid", "GB 5009.28-2016", "g/kg", "1.0", 0.0, 0.7, 3, "0.005"),
         at_most("二氧化硫残留量 Sulphur dioxide", "GB 5009.34-2022", "g/kg", "0.1", 0.0, 0.05, 3, "0.005")]},
]
BUILDING_PRODUCTS = [
    {"reference": "00201", "zh": "普通硅酸盐水泥 P·O 42.5", "en": "Portland cement P·O 42.5", "category": "水泥",
     "specification": "50 kg/袋 bag", "standards": ["GB 175-2023"], "life_days": 90, "parameters": [
         at_least("3 d抗压强度 Compressive strength 3 d", "GB/T 17671-2021", "MPa", "17.0", 22.0, 29.0, 1),
         at_least("28 d抗压强度 Compressive strength 28 d", "GB/T 17671-2021", "MPa", "42.5", 46.0, 53.0, 1),
         at_least("初凝时间 Initial setting time", "GB/T 1346-2024", "min", "45", 120, 190, 0),
         at_most("三氧化硫 Sulphur trioxide", "GB/T 176-2017", "%", "3.5", 1.9, 2.9, 2),
         at_most("氯离子 Chloride ion", "GB/T 176-2017", "%", "0.06", 0.01, 0.045, 3)]},
    {"reference": "00202", "zh": "热轧带肋钢筋 HRB400E Φ16", "en": "Hot-rolled ribbed bar HRB400E Φ16", "category": "钢筋",
     "specification": "9 m/根 bar", "standards": ["GB/T 1499.2-2024"], "life_days": 3650, "parameters": [
         at_least("下屈服强度 Yield strength ReL", "GB/T 28900-2022", "MPa", "400", 415, 465, 0),
         at_least("抗拉强度 Tensile strength Rm", "GB/T 28900-2022", "MPa", "540", 580, 640, 0),
         at_least("最大力总延伸率 Elongation Agt", "GB/T 28900-2022", "%", "9.0", 11.5, 16.0, 1),
         in_words("弯曲性能 Bending", "GB/T 28900-2022", "无裂纹 no crack", "无裂纹 no crack")]},
    {"reference": "00203", "zh": "中密度纤维板", "en": "Medium density fibreboard", "category": "人造板",
     "specification": "2440 mm × 1220 mm × 15 mm", "standards": ["GB/T 11718-2021", "GB 18580-2017"], "life_days": 3650,
     "parameters": [
         at_most("甲醛释放量 Formaldehyde emission", "GB/T 17657-2022", "mg/m3", "0.124", 0.02, 0.09, 3),
         at_least("内胶合强度 Internal bond", "GB/T 17657-2022", "MPa", "0.45", 0.52, 0.8, 2),
         at_least("静曲强度 Modulus of rupture", "GB/T 17657-2022", "MPa", "22.0", 25.0, 34.0, 1)]},
    {"reference": "00204", "zh": "合成树脂乳液内墙涂料", "en": "Emulsion paint for interior walls", "category": "建筑涂料",
     "specification": "20 kg/桶 pail", "standards": ["GB/T 9756-2018", "GB 18582-2020"], "life_days": 720, "parameters": [
         at_most("挥发性有机化合物 VOC", "GB/T 23986-2009", "g/L", "80", 8, 55, 0),
         at_most("甲醛 Formaldehyde", "GB/T 23993-2009", "mg/kg", "50", 0.0, 30.0, 0, "5"),
         at_least("耐洗刷性 Scrub resistance", "GB/T 9266-2009", "次 cycles", "350", 600, 1500, 0)]},
    {"reference": "00205", "zh": "岩棉保温板", "en": "Rock wool insulation board", "category": "保温材料",
     "specification": "1200 mm × 600 mm × 100 mm", "standards": ["GB/T 25975-2018", "GB 8624-2012"], "life_days": 3650,
     "parameters": [
         at_most("导热系数 Thermal conductivity", "GB/T 10295-2008", "W/(m·K)", "0.040", 0.034, 0.039, 3),
         at_least("垂直于板面的抗拉强度 Tensile strength", "GB/T 25975-2018", "kPa", "10.0", 11.5, 17.0, 1),
         in_words("燃烧性能 Reaction to fire", "GB 8624-2012", "A级 class A", "A (A1) 级 class A (A1)")]},
]


def fill(products, makers_prefix):
    for product in products:
        product["gtin"] = "0" + with_gs1_check(makers_prefix + product["reference"])


fill(FOOD_PRODUCTS, "9521321")
fill(BUILDING_PRODUCTS, "9521322")


def time_text(day, hour):
    return datetime.datetime(day.year, day.month, day.day, hour, tzinfo=ZONE).isoformat()


def lots_of(rng, products, count):
    """Lots by product: number, day of production, quantity."""
    lots = []
    for product in products:
        day = datetime.date(2025, 1, 6)
        for _ in range(count):
            day += datetime.timedelta(days=rng.randint(5, 19))
            number = f"L{day:%Y%m%d}"
            lots.append({"product": product, "lot": number, "day": day, "quantity": rng.randint(20, 400) * 50})
    return lots


def lot_record(lot, maker):
    product = lot["product"]
    best_before = lot["day"] + datetime.timedelta(days=product["life_days"])
    return {"lot_registration": {"gtin": product["gtin"], "lot": lot["lot"], "production_date": str(lot["day"]),
                                 "best_before": str(best_before), "quantity": f"{lot['quantity']} H87",
                                 "plant_gln": maker["gln"]}}


def product_record(product, maker):
    return {"product_registration": {"gtin": product["gtin"], "brand_owner": {"code": maker["code"], "name": maker["name_zh"]},
                                     "name": {"zh": product["zh"], "en": product["en"]}, "category": product["category"],
                                     "standards": product["standards"], "specification": product["specification"]}}


def outcome(rng, parameter, failing):
    """One result; a failing one lies beyond the limit."""
    result = {"parameter": parameter["parameter"], "limit": parameter["limit"], "verdict": "fail" if failing else "pass"}
    if "text" in parameter:
        result["text"] = parameter["text"]
        return result
    result["unit"] = parameter["unit"]
    value = rng.uniform(*parameter["range"])
    if failing:
        value = parameter["most"] * rng.uniform(1.1, 1.6) if "most" in parameter else parameter["least"] * rng.uniform(0.7, 0.95)
    detection = parameter["detection"]
    if detection and value < float(detection):
        result.update(value="ND", detection_limit=detection)
    else:
        result["value"] = f"{value:.{parameter['places']}f}"
    return result


def certificate(rng, number, lot, maker, failing, days_after):
    product = lot["product"]
    sampled = lot["day"] + datetime.timedelta(days=days_after)
    received = sampled + datetime.timedelta(days=1)
    tested_from = received + datetime.timedelta(days=1)
    tested_to = tested_from + datetime.timedelta(days=28 if product["category"] == "水泥" else rng.randint(2, 6))
    issued = tested_to + datetime.timedelta(days=rng.randint(1, 3))
    parameters = product["parameters"]
    measured = [i for i, p in enumerate(parameters) if "text" not in p]
    failed = rng.choice(measured) if failing else None
    methods = list(dict.fromkeys(p["method"] for p in parameters))
    results = []
    for i, parameter in enumerate(parameters):
        result = outcome(rng, parameter, i == failed)
        result["method"] = methods.index(parameter["method"]) + 1
        results.append(result)
    verdict = "non_conformant" if failing else "conformant"
    basis = "、".join(product["standards"])
    said = ("所检项目不符合" if failing else "所检项目符合") + f" {basis} 要求。\n"
    said += f"The items tested {'do not conform' if failing else 'conform'} to {', '.join(product['standards'])}."
    return {"type": "testing", "number": number, "accreditation": ACCREDITATION_ID,
            "place": f"https://id.gs1.org/414/{LABORATORY['gln']}",
            "customer": {"code": maker["code"]}, "maker": {"code": maker["code"], "name": maker["name_zh"]},
            "objects": [{"gtin": product["gtin"], "lot": lot["lot"]}],
            "sample_number": f"Y{number[3:]}", "sample_condition": "完好 intact", "category": product["category"],
            "sampled_at": time_text(sampled, 9), "received_at": time_text(received, 10),
            "tested_from": time_text(tested_from, 8), "tested_to": time_text(tested_to, 17),
            "issued_at": time_text(issued, 16), "methods": methods, "results": results,
            "decision_rule": "简单接受，不计测量不确定度 simple acceptance (ILAC-G8:09/2019, 4.2.1)", "verdict": verdict,
            "signatories": [{"part": "tester", "reference": f"SC-{rng.randint(11, 19):04}"},
                            {"part": "reviewer", "reference": f"SC-{rng.randint(5, 8):04}"},
                            {"part": "authorised", "reference": f"SC-{rng.randint(1, 3):04}"}],
            "conclusion": said}


def certificates_of(rng, lots, maker, prefix):
    """Each lot's release test, and for every third lot a later surveillance test; a few fail."""
    made = []
    for i, lot in enumerate(lots):
        made.append(certificate(rng, f"SC-{prefix}2025-{len(made) + 1:04}", lot, maker, i % 37 == 36, 1))
        if i % 3 == 0:
            made.append(certificate(rng, f"SC-{prefix}2025-{len(made) + 1:04}", lot, maker, i % 41 == 39, 21))
    return made


def superseding(rng, earlier, lot, maker):
    """A corrected report in the place of an earlier one."""
    later = certificate(rng, earlier["number"] + "-A", lot, maker, False, 1)
    later["supersedes"] = earlier["number"]
    later["issued_at"] = earlier["issued_at"].replace("T16:", "T18:")
    for name in ("sampled_at", "received_at", "tested_from", "tested_to"):
        later[name] = earlier[name]
    later["results"] = earlier["results"]
    later["deviations"] = "更正样品状态描述。\nReplaces the earlier report: description of the sample corrected."
    return later


CSV_COLUMNS = ["number", "type", "accreditation", "place", "customer_code", "maker_code", "maker_name", "gtin", "lot",
               "sample_number", "sample_condition", "category", "sampled_at", "received_at", "tested_from", "tested_to",
               "issued_at", "method", "parameter", "value", "text", "unit", "limit", "detection_limit", "result_verdict",
               "verdict", "authorised"]


def csv_rows(body):
    for i, result in enumerate(body["results"]):
        row = {"number": body["number"], "method": body["methods"][result["method"] - 1], "parameter": result["parameter"],
               "value": result.get("value", ""), "text": result.get("text", ""), "unit": result.get("unit", ""),
               "limit": result["limit"], "detection_limit": result.get("detection_limit", ""),
               "result_verdict": result["verdict"]}
        if i == 0:
            row.update({name: body[name] for name in CSV_COLUMNS if isinstance(body.get(name), str)})
            row.update(accreditation=f"{ACCREDITATION['scheme']} {ACCREDITATION['number']}",
                       customer_code=body["customer"]["code"], maker_code=body["maker"]["code"],
                       maker_name=body["maker"]["name"], gtin=body["objects"][0]["gtin"][1:], lot=body["objects"][0]["lot"],
                       authorised=body["signatories"][2]["reference"])
        yield row


def scope(products):
    lines = sorted({(p["method"], product["category"]) for product in products for p in product["parameters"]})
    return [{"standard": standard, "category": category} for standard, category in lines]


def epcis_document():
    """Peanuts become oil, bottles are numbered and packed: three events of one day."""
    oil = FOOD_PRODUCTS[0]["gtin"]
    peanuts = "0" + with_gs1_check("952132100190")
    sscc = with_gs1_check("09521321000000017"[:17])
    place = {"id": f"https://id.gs1.org/414/{FOOD['gln']}"}
    bottles = [f"https://id.gs1.org/01/{oil}/21/PO-{i:05}" for i in range(1, 13)]

    def event(kind, hour, **fields):
        return {"type": kind, "eventTime": f"2025-09-15T{hour:02}:00:00+08:00", "eventTimeZoneOffset": "+08:00", **fields,
                "readPoint": place}

    return {"@context": ["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
                         {"qc": "https://quality-chain.example/vocabulary/"}],
            "id": "urn:uuid:6f2c1f0a-5f0b-4f0e-9a52-0c5c7a1b2025", "type": "EPCISDocument", "schemaVersion": "2.0",
            "creationDate": "2025-09-15T20:00:00+08:00", "epcisBody": {"eventList": [
                event("ObjectEvent", 7, action="ADD", bizStep="commissioning", disposition="active",
                      quantityList=[{"epcClass": f"https://id.gs1.org/01/{peanuts}/10/PN250910", "quantity": 4200, "uom": "KGM"}],
                      ilmd={"cbvmda:productionDate": "2025-09-10"}),
                event("ObjectEvent", 8, action="ADD", bizStep="commissioning", disposition="active",
                      quantityList=[{"epcClass": f"https://id.gs1.org/01/{oil}/10/L20250915", "quantity": 360}],
                      epcList=bottles,
                      ilmd={"cbvmda:lotNumber": "L20250915", "cbvmda:productionDate": "2025-09-15",
                            "cbvmda:bestBeforeDate": "2027-03-09", "qc:pressTemperature": "118 CEL"}),
                event("TransformationEvent", 9, bizStep="creating_class_instance",
                      inputQuantityList=[{"epcClass": f"https://id.gs1.org/01/{peanuts}/10/PN250910", "quantity": 4200, "uom": "KGM"}],
                      outputQuantityList=[{"epcClass": f"https://id.gs1.org/01/{oil}/10/L20250915", "quantity": 360}]),
                event("AggregationEvent", 17, action="ADD", bizStep="packing", disposition="in_progress",
                      parentID=f"https://id.gs1.org/00/{sscc}", childEPCs=bottles)]}}


def sampling_table():
    header = ["序号", "标称生产企业名称", "标称生产企业地址", "被抽样单位名称", "被抽样单位地址", "食品名称", "规格型号", "商标",
              "生产日期/批号", "不合格项目║检验结果║标准值", "分类", "任务来源", "检验机构", "备注", "抽样编号"]
    rows = [
        ["1", FOOD["name_zh"], "水城市东昌湖路1号", "水城市南关超市", "水城市南关街8号", "酱腌黄瓜", "350 g／瓶", "/", "2025-03-02",
         "苯甲酸║1.32 g/kg║≤1.0 g/kg", "蔬菜制品", "市级监督抽检", LABORATORY["name_zh"], "/", "XC25371500231"],
        ["2", "/", "/", "水城市北关农贸市场李记菜店", "水城市北关街", "韭菜", "/", "/", "2025-03-04（购进日期）",
         "腐霉利║0.52 mg/kg║≤0.2 mg/kg\n毒死蜱║0.09 mg/kg║≤0.02 mg/kg", "食用农产品", "市级监督抽检", LABORATORY["name_zh"],
         "复检后维持初检结论", "XC25371500232"],
        ["3", "某县香油坊", "水城市某县", "水城市东关粮油店", "水城市东关街3号", "小磨香油", "250 mL/瓶", "香满村", "2025-02-18",
         "溶剂残留量║检出║不得检出", "食用植物油", "市级监督抽检", LABORATORY["name_zh"], "/", "XC25371500233"],
    ]
    return [["水城市市场监督管理局2025年第3期食品监督抽检不合格产品信息"] + [""] * (len(header) - 1), header] + rows


def write_json(path, value, compact=False):
    target = HERE / path
    target.parent.mkdir(parents=True, exist_ok=True)
    if compact:
        text = "[\n" + ",\n".join(json.dumps(v, ensure_ascii=False) for v in value) + "\n]\n"
    else:
        text = json.dumps(value, ensure_ascii=False, indent=2) + "\n"
    target.write_text(text, encoding="utf-8")


def write_csv(path, rows):
    target = HERE / path
    target.parent.mkdir(parents=True, exist_ok=True)
    with open(target, "w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows(rows)


def main():
    rng = random.Random(2025)
    food_lots = lots_of(rng, FOOD_PRODUCTS, 16)
    building_lots = lots_of(rng, BUILDING_PRODUCTS, 14)

    write_json("parties.json", {
        "name": "quality-chain.example/shuicheng",
        "approval_rule": "regulator and 2 of (government, association, university, platform)",
        "founders": FOUNDERS, "members": MEMBERS})
    write_json("accreditation.json", [{"accreditation": {
        **ACCREDITATION, "code": LABORATORY["code"], "scope": scope(FOOD_PRODUCTS + BUILDING_PRODUCTS)}}])
    write_json("prefix-grants.json", [{"prefix_grant": {"prefix": "9521321", "code": FOOD["code"]}},
                                      {"prefix_grant": {"prefix": "9521322", "code": BUILDING["code"]}}])
    for maker, products, lots in ((FOOD, FOOD_PRODUCTS, food_lots), (BUILDING, BUILDING_PRODUCTS, building_lots)):
        write_json(f"{maker['short_name']}/products.json", [product_record(p, maker) for p in products])
        write_json(f"{maker['short_name']}/lots.json", [lot_record(lot, maker) for lot in lots], compact=True)

    food = certificates_of(rng, food_lots, FOOD, "F")
    food.append(superseding(rng, food[0], food_lots[0], FOOD))
    building = certificates_of(rng, building_lots, BUILDING, "B")
    write_json("laboratory/certificates.json", [{"inspection_certificate": body} for body in food], compact=True)
    rows = [CSV_COLUMNS] + [[row.get(c, "") for c in CSV_COLUMNS] for body in building for row in csv_rows(body)]
    write_csv("laboratory/certificates.csv", rows)

    write_json("enterprise-food/packing.epcis.json", epcis_document())
    write_csv("regulator/sampling-table.csv", sampling_table())
    shown = food_lots[0]
    (HERE / "subject.txt").write_text(f"https://id.gs1.org/01/{shown['product']['gtin']}/10/{shown['lot']}\n", encoding="utf-8")
    (HERE / "class.txt").write_text(f"https://id.gs1.org/01/{shown['product']['gtin']}\n", encoding="utf-8")
    print(f"{len(food)} certificates in JSON, {len(building)} in CSV, {len(food_lots) + len(building_lots)} lots")


if __name__ == "__main__":
    main()
